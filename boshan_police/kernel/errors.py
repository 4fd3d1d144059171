"""Errors a user can cause: a stable code, a translated sentence, the field. One shape everywhere.

JSON: `{"error": {"code", "message", "field", "fields", "details"}}`, where `field` is the first wrong field and
`fields` maps each wrong field to its sentences. HTML gets a page that says the same.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """A request that the rules refuse. `status` is the HTTP status it maps to."""

    status = 409

    def __init__(
        self, code: str, message: Text, *, field: str | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.details = dict(details or {})

    def as_json(self) -> dict[str, Any]:
        fields = {self.field: [str(self.message)]} if self.field else {}
        return error_body(self.code, str(self.message), self.field, fields, self.details)


class Invalid(DomainError):
    """The input is wrong; `field` names where."""

    status = 400


class Refused(DomainError):
    """This person may not do this. Audited wherever it is answered."""

    status = 403


class NotFound(DomainError):
    """No such thing, or not in this person's scope: the two are told alike."""

    status = 404


class Conflict(DomainError):
    """Somebody was sooner, or the state has moved on."""


def error_body(
    code: str,
    message: str,
    field: str | None = None,
    fields: Mapping[str, list[str]] | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The one JSON shape of an error."""
    return {
        "error": {
            "code": code,
            "message": message,
            "field": field,
            "fields": dict(fields or {}),
            "details": dict(details or {}),
        }
    }
