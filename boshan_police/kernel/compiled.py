"""A query that Django builds once and runs often.

Building a query of several joins takes Django longer (1 to 2 ms) than PostgreSQL takes to answer it. On the path of
every write that is worth saving; elsewhere a queryset is simpler.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_ANY_KEY: int | str = -(2**40)  # no identity column gets there


class CompiledQuery:
    """`build(key)` is a `values_list` queryset that depends on its `key` only by comparing with it.

    `stand_in` is a value of the key's type that no row has; it stands for the key while the SQL is built.
    """

    def __init__(self, build: "Callable[[Any], QuerySet[Any, Any]]", stand_in: int | str = _ANY_KEY) -> None:
        self._build = build
        self._stand_in = stand_in
        self._sql: tuple[str, tuple[Any, ...]] | None = None

    def rows(self, key: int | str) -> list[tuple[Any, ...]]:
        """What `build(key)` would return. One query."""
        if self._sql is None:
            self._sql = self._build(self._stand_in).query.get_compiler(connection=connection).as_sql()
        sql, params = self._sql
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if param == self._stand_in else param for param in params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
