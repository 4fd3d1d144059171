"""Incidents that a new call may be about: near in place and time, or from the same phone."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q

from boshan_police.kernel import clock
from dispatch import access
from dispatch.lifecycle import OPEN
from dispatch.models import Incident
from grid.vicinity import metres_apart, ranges_around

from .category import categories

NEAR_METRES = 400.0
"""Two callers rarely name the same corner; beyond this it is another matter."""
RECENT = timedelta(hours=1)
SAME_CALLER = timedelta(hours=24)
MOST = 3
_SHORTEST_PHONE = 5  # shorter numbers are switchboards and 110 itself


def similar_incidents(
    actor: Any, *, lat: float | None, lon: float | None, category: str = "", caller_phone: str = ""
) -> list[dict[str, Any]]:
    """The likeliest first, at most three, within what `actor` sees. At most two queries.

    `[{number, category, summary, address, status, metres | null, seconds, same_category, same_caller}]`: seconds since it
    was received. Near and recent is looked for among the open ones; the same phone also among those that ended.
    """
    now = clock.now()
    seen = access.visible_incidents(actor, Incident.objects.all())
    found: dict[int, Incident] = {}
    if lat is not None and lon is not None:
        lats, lons = ranges_around(lat, lon, NEAR_METRES)
        near = seen.filter(
            status__in=sorted(OPEN),
            reported_at__gte=now - RECENT,
            lat__range=lats,
            lon__range=lons,
        )
        found |= {row.pk: row for row in near}
    callers: set[int] = set()
    if len(caller_phone) >= _SHORTEST_PHONE:
        same = seen.filter(reported_at__gte=now - SAME_CALLER).filter(
            Q(caller_phone=caller_phone) | Q(further_callers__phone=caller_phone)
        )
        found |= {row.pk: row for row in same}
        callers = {row.pk for row in same}
    return _ranked(found.values(), lat, lon, category, callers)


def _ranked(
    rows: Iterable[Incident], lat: float | None, lon: float | None, category: str, callers: set[int]
) -> list[dict[str, Any]]:
    kinds, now = categories(), clock.now()
    weighed = []
    for row in rows:
        metres = None
        if lat is not None and lon is not None and row.lat is not None and row.lon is not None:
            metres = metres_apart(lat, lon, row.lat, row.lon)
        same_caller = row.pk in callers
        if not same_caller and (metres is None or metres > NEAR_METRES):
            continue
        seconds = max(0.0, (now - row.reported_at).total_seconds())
        same_group = category in kinds and kinds[row.category_id].group == kinds[category].group
        weight = (
            (1 - metres / NEAR_METRES if metres is not None and metres < NEAR_METRES else 0.0)
            + max(0.0, 1 - seconds / RECENT.total_seconds())
            + (0.5 if row.category_id == category else 0.25 if same_group else 0.0)
            + (1.0 if same_caller else 0.0)
        )
        weighed.append((weight, row.pk, _row(row, metres, seconds, category, same_caller)))
    weighed.sort(key=lambda each: (-each[0], -each[1]))
    return [row for _weight, _key, row in weighed[:MOST]]


def _row(
    row: Incident, metres: float | None, seconds: float, category: str, same_caller: bool
) -> dict[str, Any]:
    return {
        "number": row.number,
        "category": row.category_id,
        "summary": row.summary,
        "address": row.address,
        "status": row.status,
        "open": row.status in OPEN,
        "metres": None if metres is None else round(metres),
        "seconds": round(seconds),
        "same_category": row.category_id == category,
        "same_caller": same_caller,
    }
