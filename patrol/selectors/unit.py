"""Reads of units: the board's unit row."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from grid.access import Scope
from patrol.models import Unit

_COLUMNS = (
    "id",
    "version",
    "call_sign",
    "kind",
    "organisation_id",
    "station_id",
    "status",
    "members",
    "capabilities",
    "lat",
    "lon",
    "position_at",
)
_KEYS = (*(column.removesuffix("_id") for column in _COLUMNS), "incident")


def unit_values(units: QuerySet[Unit], *, incident: Combinable) -> "QuerySet[Unit, tuple[Any, ...]]":
    """The columns of the board's unit rows, for `rows_from`. `incident` is the expression for the number of the
    incident a unit is on: this floor knows of none (`dispatch.selectors.board.unit_rows` does)."""
    return units.values_list(*_COLUMNS, incident)


def rows_from(values: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The board's rows (docs/architecture.md, *The board's row*) of what `unit_values` read."""
    return [dict(zip(_KEYS, row, strict=True)) for row in values]


def units_in(scope: Scope) -> QuerySet[Unit]:
    """The units that `scope` sees: all; those of the organisation; and for a station those on its ground."""
    if scope.kind == "district":
        return Unit.objects.all()
    own = Q(organisation=scope.organisation)
    return Unit.objects.filter(own if scope.kind == "own" else own | Q(station=scope.organisation))


def unit_keys(names: Iterable[int | str]) -> dict[int | str, int]:
    """{name: id} of units named by id (int) or call sign (str); those that are not there are missing. One query."""
    wanted = set(names)
    found = Unit.objects.filter(
        Q(pk__in={name for name in wanted if isinstance(name, int)})
        | Q(call_sign__in={name for name in wanted if isinstance(name, str)})
    )
    keys: dict[int | str, int] = {}
    for key, call_sign in found.values_list("pk", "call_sign"):
        keys |= {key: key, call_sign: key}
    return keys
