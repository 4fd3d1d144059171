"""The doors of HTTP: each page and each API view declares its rule here, and is asked it on every request.

A system check refuses a URL without a rule (`boshan_police/checks.py`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission

from .access import SIGNED_IN, Rule, require

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def page(rule: Rule) -> Callable[[View], View]:
    """Declare the rule of a page. Without an account it leads to the sign-in page and back."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule.roles is not None and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, rule)
            return view(request, *args, **kwargs)

        guarded.permission = rule  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return declare


class DeclaredPermission(BasePermission):
    """DRF: asks the rule that the view declares; `permissions` may differ per method or action."""

    def has_permission(self, request: Any, view: Any) -> bool:
        rule = declared_rule(view, request.method)
        if rule.roles is not None and not request.user.is_authenticated:
            raise NotAuthenticated
        require(request.user, rule)
        return True


def declared_rule(view: Any, method: str) -> Rule:
    """The rule of an API view for `method`; a missing one is a programming error."""
    rules = getattr(view, "permission", None)
    rule = rules.get(method) if isinstance(rules, dict) else rules
    if rule is None and method in {"OPTIONS", "HEAD"}:
        return SIGNED_IN
    if not isinstance(rule, Rule):
        raise TypeError(f"{view!r} declares no permission for {method}")
    return rule
