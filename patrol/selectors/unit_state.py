"""What the units were at a past instant."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

LOOKS_BACK = timedelta(hours=24)
"""How old the last point of a device may be. It lets PostgreSQL open one or two days of the history and not thirty."""

_SQL = """
SELECT unit.id, CASE WHEN point.at IS NULL THEN state.version END,
       coalesce(state.call_sign, unit.call_sign), coalesce(state.kind, unit.kind),
       coalesce(state.organisation_id, unit.organisation_id),
       CASE WHEN state.id IS NULL THEN unit.station_id ELSE state.station_id END,
       state.status, coalesce(state.members, unit.members), coalesce(state.capabilities, unit.capabilities),
       coalesce(point.lat, state.lat), coalesce(point.lon, state.lon), coalesce(point.at, state.position_at)
FROM patrol_unit AS unit
LEFT JOIN LATERAL (
    SELECT * FROM patrol_unitstate WHERE unit_id = unit.id AND at <= %(at)s ORDER BY at DESC, id DESC LIMIT 1
) AS state ON true
LEFT JOIN LATERAL (
    SELECT lat, lon, at FROM patrol_trackpoint
    WHERE unit_id = unit.id AND flag = '' AND at > %(since)s AND at <= %(at)s
      AND at > coalesce(state.position_at, '-infinity') AND at >= coalesce(state.duty_since, '-infinity')
    ORDER BY at DESC LIMIT 1
) AS point ON state.status IS DISTINCT FROM 'off_duty'
WHERE state.id IS NOT NULL OR point.at IS NOT NULL OR unit.id = ANY(%(working)s)
ORDER BY unit.id
"""


def unit_values_at(at: datetime, *, working: Iterable[int]) -> list[tuple[Any, ...]]:
    """The columns of the board's unit rows (`selectors.unit.rows_from`, without the incident) as they were at `at`. One query.

    Status and version are None where no state of then is kept; the version also where devices have moved the unit since.
    Such a unit is left out unless it had a position or was `working` (keys).
    """
    given: dict[str, Any] = {"at": at, "since": at - LOOKS_BACK, "working": list(working)}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
