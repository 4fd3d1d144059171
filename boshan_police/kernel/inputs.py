"""What people and machines type, made clean at the edge: one place for text, phones, degrees and instants.

Harmless differences are evened out (full-width digits, stray line ends, a trailing space); what could not have been
meant is refused with a sentence that says what and where.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from . import clock

S = TypeVar("S", bound="serializers.Serializer[Any]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line end, and marks of direction."""
_LINE_ENDS = str.maketrans({"\t": " ", "\n": " ", "\u2028": " ", "\u2029": " ", "\x0b": " ", "\x0c": " "})
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""Of an instant that can be meant."""


def checked(serializer: type[S], data: Any) -> dict[str, Any]:
    """`data` (a JSON body, or a query string's parameters) as `serializer` reads it, or a 400 naming the fields."""
    reader = serializer(data=data.dict() if hasattr(data, "dict") else data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def shortened(key: object) -> str:
    """`key` as it may be quoted in an error message."""
    text = str(key)
    return text if len(text) <= 40 else f"{text[:39]}…"


class Text(serializers.CharField):
    """Text without control characters, at most `max_length` characters, NFC; one line unless `lines`.

    Line ends and tabs of one-line text become spaces. Other control characters, NUL first of all, and marks that
    turn the direction of writing are refused: they hide what a text says.
    """

    default_error_messages = {
        "control": _("Remove the control character U+%(code)s (character %(position)s)."),
    }

    def __init__(self, *, max_length: int, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(max_length=max_length, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(self._even(data) if isinstance(data, str) else data)

    def _even(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).replace(
            "\ufeff", ""
        )
        return text if self.lines else text.translate(_LINE_ENDS)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if found := _UNSEEN.search(text):
            words = {"code": f"{ord(found[0]):04X}", "position": found.start() + 1}
            raise serializers.ValidationError(self.error_messages["control"] % words, code="control")
        return text


def typed(rule: Text, text: str) -> str:
    """`text` by `rule`, for Django's forms: refused with their own kind of error."""
    try:
        return str(rule.run_validation(text))
    except serializers.ValidationError as error:
        raise ValidationError([str(detail) for detail in error.detail], code="typed") from None


class Typed(forms.CharField):
    """A form's text by the rule that the API has for it: `Typed(Text(max_length=200), required=False)`."""

    def __init__(self, rule: Text, **kwargs: Any) -> None:
        self.rule = rule
        super().__init__(max_length=rule.max_length, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return typed(self.rule, text) if text else text


class Phone(Text):
    """A phone number of at most 20 signs: digits with `+`, `*` or `#`; full-width signs and separators are evened out."""

    default_error_messages = {
        "phone": _("A phone number has digits, spaces and + - * # ( ) only."),
        "phone_long": _("A phone number has at most 20 digits."),
    }
    _SEPARATORS = str.maketrans("", "", " -()‐‑–—.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        number = unicodedata.normalize("NFKC", super().to_internal_value(data)).translate(self._SEPARATORS)
        if not all(char in "0123456789+*#" for char in number):
            self.fail("phone")
        if len(number) > 20:
            self.fail("phone_long")
        return number


class Whole(serializers.IntegerField):
    """A whole number that fits a database key; full-width digits are read, true and false are not numbers."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", 2**63 - 1)
        kwargs.setdefault("min_value", -(2**63))
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(
            unicodedata.normalize("NFKC", data) if isinstance(data, str) else data
        )


class Degrees(serializers.FloatField):
    """A latitude (`limit` 90) or longitude (180) in degrees WGS-84: a finite number in range."""

    default_error_messages = {
        "degrees": _("A number of degrees between -%(limit)s and %(limit)s is needed, such as 36.4951."),
    }

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> float:
        try:
            if isinstance(data, bool):
                raise TypeError
            degrees = float(data)
        except (TypeError, ValueError, OverflowError):
            degrees = float("nan")
        if not -self.limit <= degrees <= self.limit:  # also refuses NaN
            message = self.error_messages["degrees"] % {"limit": self.limit}
            raise serializers.ValidationError(message, code="degrees")
        return degrees


class Instant(serializers.DateTimeField):
    """An instant with its zone, ISO 8601, kept in UTC. `days` also takes a date: the start of that day in the bureau's zone."""

    default_error_messages = {
        "instant": _("Give date, time and zone, such as 2026-11-23T15:42:18+08:00."),
        "no_zone": _("The time has no zone. Write it like 2026-11-23T15:42:18+08:00, or with Z for UTC."),
        "impossible": _("This time can't be right."),
    }

    def __init__(self, *, days: bool = False, **kwargs: Any) -> None:
        self.days = days
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        text = unicodedata.normalize("NFKC", value.strip()) if isinstance(value, str) else ""
        try:
            day = parse_date(text) if self.days else None
            instant = None if day else parse_datetime(text)
        except ValueError:
            self.fail("impossible")
        if day:
            instant = datetime(day.year, day.month, day.day, tzinfo=clock.zone())
        if instant is None:
            self.fail("instant")
        if instant.tzinfo is None:
            self.fail("no_zone")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail("impossible")
        return instant.astimezone(UTC)


class TypedInstant(forms.DateTimeField):
    """A form's date and time in the bureau's zone, within the years that `Instant` has for the API; kept in UTC."""

    def to_python(self, value: Any) -> datetime | None:
        instant = super().to_python(value)
        if instant is None:
            return None
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise ValidationError(Instant.default_error_messages["impossible"], code="impossible")
        return instant.astimezone(UTC)


@extend_schema_field(OpenApiTypes.STR)
class CodeList(serializers.Field):  # type: ignore[type-arg] # takes no parameters when it runs
    """Several codes parted by commas, as in `?status=reported,dispatched`; at most 50."""

    default_error_messages = {
        "codes": _("Give codes parted by commas, at most 50."),
        "unknown": _("“%(code)s” is not one of %(known)s."),
    }

    def __init__(self, *, known: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.known = known
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        codes = [code.strip() for code in data.split(",")] if isinstance(data, str) else []
        if not codes or len(codes) > 50 or not all(code and code.isprintable() for code in codes):
            self.fail("codes")
        for code in codes:
            if self.known is not None and code not in self.known:
                words = {"code": shortened(code), "known": ", ".join(self.known)}
                raise serializers.ValidationError(self.error_messages["unknown"] % words, code="unknown")
        return codes

    def to_representation(self, value: list[str]) -> str:
        return ",".join(value)
