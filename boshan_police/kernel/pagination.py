"""Cursor pages: stable under inserts, no count, no offset."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination


class NewestFirst(CursorPagination):
    """50 rows a page, newest first; `page_size` up to 200."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    invalid_cursor_message = _(  # type: ignore[assignment] # translated when it is read
        "This page does not exist. Start again without `cursor`."
    )

    def decode_cursor(self, request: Any) -> Cursor | None:
        """The cursor of the request; one that never came from us is a 404, not a failed query."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor and cursor.position is not None:
            position = str(cursor.position)
            if not (position.isascii() and position.isdigit() and len(position) < 19):
                raise NotFound(self.invalid_cursor_message)
        return cursor
