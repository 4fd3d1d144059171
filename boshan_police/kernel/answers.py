"""How an error leaves the house: one JSON shape, one readable page; a refusal leaves a trace in the audit."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from . import audit
from .errors import DomainError, Refused, error_body

logger = logging.getLogger(__name__)


def database_away() -> DomainError:
    """What a person reads while the database restarts."""
    error = DomainError(
        "database_unavailable",
        _("The database does not answer. What you typed is kept; try again in a few seconds."),
    )
    error.status = 503
    return error


def api_exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception hook: every error leaves in the one shape; a refusal leaves a trace."""
    request = context["request"]._request
    if isinstance(exc, InterfaceError | OperationalError):
        logger.exception("database error on %s", request.path)
        exc = database_away()
    if isinstance(exc, DomainError):
        _audit_refusal(exc, request, context["request"].user)
        return Response(exc.as_json(), status=exc.status)
    if isinstance(exc, exceptions.ValidationError):
        fields = _flatten(exc.detail)
        field = next(iter(fields))
        first = f"{field}: {fields[field][0]}" if field else fields[field][0]
        return Response(error_body("invalid", first, field or None, fields), status=400)
    if isinstance(exc, Http404):
        return Response(error_body("not_found", _("There is no such record in your area.")), status=404)
    if isinstance(exc, exceptions.APIException):
        codes = exc.get_codes()
        code = codes if isinstance(codes, str) else "error"
        if isinstance(exc, exceptions.AuthenticationFailed | exceptions.PermissionDenied):
            # Not `NotAuthenticated`: who brings nothing at all was not refused as anybody.
            audit.record_refusal(request=request, actor=context["request"].user, code=code)
        scheme = getattr(exc, "auth_header", None)
        headers = {"WWW-Authenticate": scheme} if scheme else None
        return Response(error_body(code, str(exc.detail)), status=exc.status_code, headers=headers)
    return None


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested detail as {dotted field: sentences}."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            flat.update(_flatten(value, f"{prefix}.{name}".strip(".")))
        return flat
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        flat = {}
        for index, item in enumerate(detail):
            flat.update(_flatten(item, f"{prefix}.{index}".strip(".")))
        return flat
    return {prefix: [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def _audit_refusal(error: DomainError, request: HttpRequest, actor: Any) -> None:
    if isinstance(error, Refused):
        audit.record_refusal(request=request, actor=actor, code=error.code, details=error.details)


class DomainErrorMiddleware:
    """Turns a `DomainError` raised by a page into a readable page, or JSON where the caller asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if isinstance(exc, InterfaceError | OperationalError):
            logger.exception("database error on %s", request.path)
            exc = database_away()
        if not isinstance(exc, DomainError):
            return None
        _audit_refusal(exc, request, getattr(request, "user", None))
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(exc.as_json(), status=exc.status)
        return render(request, "error.html", {"error": exc}, status=exc.status)


# --- What Django itself answers, in the same shape -----------------------------------------------------


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(error_body(code, message), status=status)
    error = DomainError(code, message)
    # Without the request: this page stands even when session and database do not.
    return HttpResponse(render_to_string("error.html", {"error": error}), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that no page of ours sends."""
    return _answer(request, 400, "bad_request", _("The server can't read this request."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of Django's own making."""
    return _answer(request, 403, "not_allowed", _("You may not do this."))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old, as after signing in anew in another window."""
    message = _("This form has expired. Go back, reload the page and send it again.")
    return _answer(request, 403, "form_expired", message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address."""
    return _answer(request, 404, "not_found", _("There is no page at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the log has it."""
    return _answer(
        request, 500, "server_error", _("Something went wrong here. What you typed was not saved.")
    )
