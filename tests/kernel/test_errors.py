"""One shape of errors: in JSON, on a page, and for what Django itself refuses; refusals leave a trace."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.html import escape
from rest_framework import exceptions

from boshan_police.kernel import answers
from boshan_police.kernel.answers import DomainErrorMiddleware, api_exception_handler
from boshan_police.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from boshan_police.kernel.models import AuditEntry
from dispatch.selectors import board

KEYS = {"code", "message", "field", "fields", "details"}


def api_answer(error: Exception, user: Any = None) -> tuple[int, dict[str, Any]]:
    """Status and `error` of what the API makes of `error`; its shape is checked on the way."""
    request = RequestFactory().post("/api/incidents/")
    context = {"request": SimpleNamespace(_request=request, user=user or AnonymousUser())}
    answer = api_exception_handler(error, context)
    assert answer is not None
    assert set(answer.data) == {"error"}
    assert set(answer.data["error"]) == KEYS
    return answer.status_code, answer.data["error"]


@pytest.mark.parametrize(
    ("kind", "status"), [(Invalid, 400), (Refused, 403), (NotFound, 404), (Conflict, 409), (DomainError, 409)]
)
def test_each_kind_has_its_status(db: None, kind: type[DomainError], status: int) -> None:
    answered, error = api_answer(kind("some_code", "A sentence.", details={"by": "李青"}))
    assert answered == status
    assert error == {
        "code": "some_code",
        "message": "A sentence.",
        "field": None,
        "fields": {},
        "details": {"by": "李青"},
    }


def test_a_field_stands_in_both_places() -> None:
    _status, error = api_answer(Invalid("bad", "Too big.", field="priority"))
    assert (error["field"], error["fields"]) == ("priority", {"priority": ["Too big."]})


def test_what_a_serializer_refuses_names_the_nested_field() -> None:
    detail = {
        "units": [{}, {"id": ["No such unit."]}],
        "lat": ["Too far north."],
        "non_field_errors": ["Odd."],
    }
    status, error = api_answer(exceptions.ValidationError(detail))
    assert (status, error["code"], error["field"]) == (400, "invalid", "units.1.id")
    assert error["message"] == "units.1.id: No such unit."
    assert error["fields"] == {"units.1.id": ["No such unit."], "lat": ["Too far north."], "": ["Odd."]}


def test_a_sentence_without_a_field() -> None:
    _status, error = api_answer(exceptions.ValidationError("Odd."))
    assert (error["field"], error["message"], error["fields"]) == (None, "Odd.", {"": ["Odd."]})


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
        (exceptions.Throttled(3), 429, "throttled"),
        (exceptions.ParseError(), 400, "parse_error"),
        (OperationalError("away"), 503, "database_unavailable"),
        (InterfaceError("away"), 503, "database_unavailable"),
    ],
)
def test_what_the_framework_refuses_has_the_same_shape(raised: Exception, status: int, code: str) -> None:
    answered, error = api_answer(raised)
    assert (answered, error["code"]) == (status, code)
    assert error["message"]


def test_a_defect_of_ours_is_not_dressed_up() -> None:
    request = SimpleNamespace(_request=RequestFactory().get("/api/board/"), user=AnonymousUser())
    assert api_exception_handler(ValueError("ours"), {"request": request}) is None


def test_refusals_are_audited_and_other_errors_are_not(world: SimpleNamespace) -> None:
    for error in (Invalid("bad", "No."), Conflict("late", "No."), NotFound("not_found", "No."), Http404()):
        api_answer(error, world.guard)
    api_answer(exceptions.NotAuthenticated())
    assert not AuditEntry.objects.exists()
    api_answer(Refused("not_allowed", "No.", details={"rule": "tea.pour"}), world.guard)
    api_answer(exceptions.AuthenticationFailed("Spoilt token."))
    first, second = AuditEntry.objects.order_by("id")
    assert (first.actor, first.target) == (world.guard, "POST /api/incidents/")
    assert first.details == {"reason": "not_allowed", "rule": "tea.pour"}
    assert (second.actor, second.details) == (None, {"reason": "authentication_failed"})


# --- Pages ----------------------------------------------------------------------------------------------


def page_answer(error: Exception, accept: str, user: Any = None) -> HttpResponse | None:
    request = RequestFactory().get("/board/", headers={"Accept": accept})
    request.user = user or AnonymousUser()

    def never(request: HttpRequest) -> HttpResponse:
        raise AssertionError("the view has run already")

    return DomainErrorMiddleware(never).process_exception(request, error)


def test_a_page_says_it_readably_or_in_json(db: None) -> None:
    error = Conflict("late", "李青 was <b>sooner</b>.")
    page = page_answer(error, "text/html")
    assert page is not None
    assert page.status_code == 409
    assert "李青 was &lt;b&gt;sooner&lt;/b&gt;." in page.content.decode()
    plain = page_answer(error, "application/json")
    assert plain is not None
    assert json.loads(plain.content)["error"]["code"] == "late"


def test_a_page_without_a_database_still_answers() -> None:
    page = page_answer(OperationalError("away"), "application/json")
    assert page is not None
    assert (page.status_code, json.loads(page.content)["error"]["code"]) == (503, "database_unavailable")


def test_a_page_refused_is_audited(world: SimpleNamespace) -> None:
    page = page_answer(Refused("not_allowed", "No."), "text/html", world.guard)
    assert page is not None
    assert page.status_code == 403
    assert AuditEntry.objects.get().target == "GET /board/"


def test_a_defect_goes_on_to_django() -> None:
    assert page_answer(ValueError("ours"), "text/html") is None


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (lambda request: answers.bad_request(request, ValueError()), 400, "bad_request"),
        (lambda request: answers.forbidden(request, ValueError()), 403, "not_allowed"),
        (answers.form_expired, 403, "form_expired"),
        (lambda request: answers.not_found(request, Http404()), 404, "not_found"),
        (answers.server_error, 500, "server_error"),
    ],
)
def test_djangos_own_answers(answer: Callable[[HttpRequest], HttpResponse], status: int, code: str) -> None:
    found = answer(RequestFactory().get("/api/nowhere/"))
    error = json.loads(found.content)["error"]
    assert (found.status_code, error["code"], set(error)) == (status, code, KEYS)
    page = answer(RequestFactory().get("/nowhere/"))
    assert page.status_code == status
    assert escape(error["message"]) in page.content.decode()


# --- Over the wire --------------------------------------------------------------------------------------


def test_an_unknown_address_under_the_api(client: Client, db: None) -> None:
    answer = client.get("/api/nowhere/")
    assert (answer.status_code, set(answer.json()["error"])) == (404, KEYS)


def test_without_an_account(client: Client, db: None) -> None:
    answer = client.get("/api/board/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"
    page = client.get("/board/")
    assert (page.status_code, page["Location"].endswith("?next=/board/")) == (302, True)


def test_a_database_that_goes_away_in_the_middle(
    api: Callable[[Any], Any], world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    client = api(world.dispatcher)
    monkeypatch.setattr(board, "unseen_notices", gone)
    answer = client.read("board/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
