"""Reads of units: the board's unit row."""

from collections.abc import Iterable
from math import cos, radians, sin
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from grid.access import Scope
from patrol.models import Unit
from patrol.models.unit import EARTH_RADIUS_M

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


def nearest_free(lat: float, lon: float, *, limit: int) -> list[int]:
    """The keys of the free units nearest to a place in WGS-84 degrees, nearest first. One query, by the index `unit_nearest_free`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM patrol_unit WHERE status = 'free' AND point IS NOT NULL "
            "ORDER BY point <-> %s::cube LIMIT %s",
            [_cube(lat, lon), limit],
        )
        return [key for (key,) in cursor.fetchall()]


def _cube(lat: float, lon: float) -> str:
    """A place on the sphere, as `Unit.point` has it."""
    north, east = radians(lat), radians(lon)
    x, y, z = cos(north) * cos(east), cos(north) * sin(east), sin(north)
    return f"({x * EARTH_RADIUS_M}, {y * EARTH_RADIUS_M}, {z * EARTH_RADIUS_M})"
