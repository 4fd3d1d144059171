"""Cursor pages: every row once, also while new ones come; a spoilt cursor is a 404."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from boshan_police.kernel.pagination import NewestFirst


@pytest.fixture
def rows(db: None) -> list[int]:
    """Keys of 7 rows, newest first."""
    now = clock.now()
    made = AuditEntry.objects.bulk_create(
        AuditEntry(at=now + timedelta(seconds=n), code=f"row.{n}") for n in range(7)
    )
    return [row.pk for row in made][::-1]


def read_page(**query: Any) -> tuple[list[int], str | None]:
    """The keys of one page and the cursor of the next."""
    pages = NewestFirst()
    request = Request(APIRequestFactory().get("/api/rows/", query))
    found = pages.paginate_queryset(AuditEntry.objects.all(), request)
    link = pages.get_next_link()
    return [row.pk for row in found], parse_qs(urlsplit(link).query)["cursor"][0] if link else None


def test_every_row_once_newest_first(rows: list[int]) -> None:
    seen, cursor = read_page(page_size=3)
    while cursor:
        page, cursor = read_page(page_size=3, cursor=cursor)
        seen += page
    assert seen == rows


def test_new_rows_between_two_pages_shift_nothing(rows: list[int]) -> None:
    first, cursor = read_page(page_size=3)
    AuditEntry.objects.create(at=clock.now(), code="row.new")
    second, _cursor = read_page(page_size=3, cursor=cursor)
    assert [*first, *second] == rows[:6]


@pytest.mark.parametrize(
    ("asked", "count"),
    [(None, 50), ("200", 200), ("201", 200), ("100000", 200), ("0", 50), ("-1", 50), ("x", 50)],
)
def test_how_many_rows_a_page_has(db: None, asked: str | None, count: int) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(at=clock.now(), code="row") for _ in range(210))
    query = {} if asked is None else {"page_size": asked}
    assert len(read_page(**query)[0]) == count


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "", b64encode(b"p=x").decode(), b64encode(b"p=-5").decode(), b64encode(b"p=%D9%A3").decode(),
     b64encode(b"p=" + b"9" * 19).decode(), b64encode(b"p=1%00").decode(), b64encode(b"\xff\xfe").decode()],
)  # fmt: skip
def test_a_cursor_that_never_came_from_us(
    api: Callable[[Any], Any], world: SimpleNamespace, cursor: str
) -> None:
    answer = api(world.dispatcher).read("incidents/", cursor=cursor)
    if not cursor:  # no cursor at all: the first page
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "cursor" in answer.json()["error"]["message"]
