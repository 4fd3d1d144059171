"""What people and machines type, made clean or refused with a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from boshan_police.kernel.inputs import (
    CodeList,
    Degrees,
    Instant,
    Phone,
    Text,
    Whole,
    checked,
    shortened,
)

LINE, LINES = Text(max_length=10), Text(max_length=10, lines=True)


def code_of(field: serializers.Field, value: Any) -> str:
    """The code with which `field` refuses `value`."""
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)
    (detail,) = caught.value.detail
    assert str(detail)
    return str(detail.code)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (LINE, "  a b ", "a b"),
        (LINE, "a\r\nb\tc", "a b c"),
        (LINE, "a\u2028b", "a b"),
        (LINES, " a\r\nb\rc ", "a\nb\nc"),
        (LINE, "e\u0301", "\u00e9"),
        (LINE, "\ufeff打架", "打架"),
        (LINE, "😀" * 10, "😀" * 10),
        (LINE, 12, "12"),
    ],
)
def test_text_is_evened_out(field: Text, typed: Any, kept: str) -> None:
    assert field.run_validation(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("a\x00", "control"),
        ("a\x1bb", "control"),
        ("a\u202eb", "control"),
        ("a\u2066b", "control"),
        ("x" * 11, "max_length"),
        ("", "blank"),
        ("  ", "blank"),
        (None, "null"),
        (True, "invalid"),
        ([], "invalid"),
        ({}, "invalid"),
    ],
)
def test_text_that_hides_something_or_is_none(typed: Any, code: str) -> None:
    refused = code_of(LINE, typed)
    assert refused == code or (code == "control" and "control" in refused)


def test_the_place_of_a_control_character_is_named() -> None:
    with pytest.raises(ValidationError, match=r"U\+0007 \(character 3\)"):
        LINE.run_validation("ab\x07")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0612", "13800000612"),
        ("（0533）411-0110", "05334110110"),
        ("１３８００００", "1380000"),
        ("+86-138.0000.0612", "+8613800000612"),
        ("0533–4110110#2", "05334110110#2"),
        ("*" * 20, "*" * 20),
    ],
)
def test_a_phone_is_evened_out(typed: str, kept: str) -> None:
    assert Phone().run_validation(typed) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [("110 call", "digits"), ("٣٤٥", "digits"), ("1" * 21, "at most 20"), ("1/2", "digits")],
)
def test_a_phone_that_is_none(typed: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Phone().run_validation(typed)


@pytest.mark.parametrize(
    ("typed", "kept"), [(7, 7), ("7", 7), ("４２", 42), (-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1)]
)
def test_a_whole_number(typed: Any, kept: int) -> None:
    assert Whole().run_validation(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"), [(2**63, "max_value"), (-(2**63) - 1, "min_value"), (True, "invalid"), ("1.5", "invalid"), ("x", "invalid"), ([1], "invalid"), ("9" * 5000, "max_string_length")]
)  # fmt: skip
def test_no_whole_number(typed: Any, code: str) -> None:
    assert code_of(Whole(), typed) == code


@pytest.mark.parametrize("typed", [90, -90, 36.4951, "36.4951", 0])
def test_degrees(typed: Any) -> None:
    assert Degrees(limit=90).run_validation(typed) == float(typed)


@pytest.mark.parametrize("typed", [90.0001, -91, "x", "nan", float("nan"), "inf", 10**400, True, [], {}])
def test_no_degrees(typed: Any) -> None:
    assert code_of(Degrees(limit=90), typed) == "degrees"


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-11-23T15:42:18+08:00", datetime(2026, 11, 23, 7, 42, 18, tzinfo=UTC)),
        ("2026-11-23T07:42:18Z", datetime(2026, 11, 23, 7, 42, 18, tzinfo=UTC)),
        (" 2026-11-23 07:42:18.5Z ", datetime(2026, 11, 23, 7, 42, 18, 500000, tzinfo=UTC)),
        ("２０２６-11-23T07:42:18Z", datetime(2026, 11, 23, 7, 42, 18, tzinfo=UTC)),
    ],
)
def test_an_instant_becomes_utc(typed: str, instant: datetime) -> None:
    found = Instant().run_validation(typed)
    assert (found, found.tzinfo) == (instant, UTC)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-11-23T15:42:18", "no zone"),
        ("2026-11-23", "no zone"),
        ("yesterday", "Give date, time and zone"),
        ("2026-02-30T00:00:00Z", "can't be right"),
        ("1000-01-01T00:00:00Z", "can't be right"),
        ("2300-01-01T00:00:00Z", "can't be right"),
        (1764000000, "Give date, time and zone"),
        (True, "Give date, time and zone"),
    ],
)
def test_no_instant(typed: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Instant().run_validation(typed)


def test_a_date_is_the_start_of_the_bureaus_day() -> None:
    assert Instant(days=True).run_validation("2026-11-23") == datetime(2026, 11, 22, 16, tzinfo=UTC)


def test_codes_parted_by_commas() -> None:
    field = CodeList(known={"a": 1, "b": 2})
    assert field.run_validation("a, b") == ["a", "b"]
    assert CodeList().run_validation("x,y") == ["x", "y"]
    assert field.to_representation(["a", "b"]) == "a,b"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "parted by commas"), ("a,,b", "parted by commas"), ("a," * 50 + "a", "at most 50"),
     (7, "parted by commas"), ("a\x00", "parted by commas"), ("c", "“c” is not one of a, b"),
     ("c" * 100, "c{39}…” is not one")],
)  # fmt: skip
def test_codes_that_are_none(typed: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        CodeList(known={"a": 1, "b": 2}).run_validation(typed)


class _Form(serializers.Serializer):
    name = LINE
    count = Whole(default=3)


def test_a_body_and_a_query_string_are_read_alike() -> None:
    assert checked(_Form, {"name": " a "}) == {"name": "a", "count": 3}
    assert checked(_Form, QueryDict("name=+a&count=4")) == {"name": "a", "count": 4}


@pytest.mark.parametrize("body", [None, [], "x", 3, {}])
def test_what_is_no_form_names_the_fault(body: Any) -> None:
    with pytest.raises(ValidationError):
        checked(_Form, body)


def test_a_long_key_is_quoted_short() -> None:
    assert (shortened("x" * 40), shortened("x" * 41)) == ("x" * 40, "x" * 39 + "…")
