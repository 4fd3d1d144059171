"""What happened at a place before, within what the reader sees."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from boshan_police.kernel import clock
from dispatch import access
from dispatch.lifecycle import OPEN, Status
from dispatch.models import Incident
from grid.selectors.hazard import hazards_at
from grid.vicinity import SAME_PLACE_METRES, metres_apart, ranges_around

from .category import categories

BACK = timedelta(days=365)
RECENT = timedelta(days=30)
MOST_SHOWN = 20
_MOST_READ = 200
"""A square where something happens every day: older ones are left to the list of incidents."""


def place_history(
    actor: Any, *, lat: float | None, lon: float | None, address: str = "", without: str = ""
) -> dict[str, Any]:
    """Incidents of a year within 80 m or at the same address, newest first, and the warnings that hold. Two queries.

    `{metres, months, recent_days, recent, total, more, incidents: [{number, category, label, at, status, status_label,
    open, outcome, metres | null, same_address}], hazards}`: of `total`, `recent` within 30 days, 20 listed; `more` says
    that there are older ones still. Matters merged into another count once. `without`: number of the incident at hand.
    """
    here = Q()
    if address.strip():
        here |= Q(address=address.strip())
    if lat is not None and lon is not None:
        lats, lons = ranges_around(lat, lon)
        here |= Q(lat__range=lats, lon__range=lons)
    now = clock.now()
    rows: list[Incident] = []
    if here:
        seen = access.visible_incidents(actor, Incident.objects.all())
        found = seen.filter(here, reported_at__gte=now - BACK, merged_into=None).exclude(number=without)
        rows = list(
            found.order_by("-reported_at").only(
                "number", "category", "reported_at", "status", "outcome", "lat", "lon", "address"
            )[: _MOST_READ + 1]
        )
    near = [pair for row in rows[:_MOST_READ] if (pair := _measured(row, lat, lon, address.strip()))]
    return {
        "metres": round(SAME_PLACE_METRES),
        "months": 12,
        "recent_days": RECENT.days,
        "recent": sum(row.reported_at >= now - RECENT for row, _metres in near),
        "total": len(near),
        "more": len(rows) > _MOST_READ,
        "incidents": [_row(row, metres, address.strip()) for row, metres in near[:MOST_SHOWN]],
        "hazards": hazards_at(lat, lon, address, fresh=True),
    }


def _measured(
    row: Incident, lat: float | None, lon: float | None, address: str
) -> tuple[Incident, float | None] | None:
    """The row and how far away it was; None for one in a corner of the box, beyond the circle."""
    metres = None
    if lat is not None and lon is not None and row.lat is not None and row.lon is not None:
        metres = metres_apart(lat, lon, row.lat, row.lon)
    if address and row.address == address:
        return row, metres
    return (row, metres) if metres is not None and metres <= SAME_PLACE_METRES else None


def _row(row: Incident, metres: float | None, address: str) -> dict[str, Any]:
    kind = categories().get(row.category_id)
    return {
        "number": row.number,
        "category": row.category_id,
        "label": kind.label if kind else row.category_id,
        "at": row.reported_at,
        "status": row.status,
        "status_label": Status(row.status).label,
        "open": row.status in OPEN,
        "outcome": row.outcome,
        "metres": None if metres is None else round(metres),
        "same_address": bool(address) and row.address == address,
    }
