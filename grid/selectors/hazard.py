"""Warnings about places, held in the process: they stand beside every incident and cost it no query."""

from typing import Any

from boshan_police.kernel import clock
from boshan_police.kernel.reference import Reference
from grid.models import Hazard
from grid.vicinity import SAME_PLACE_METRES, metres_apart


def _load() -> list[Hazard]:
    """Those not withdrawn, the newest first. One query."""
    return list(Hazard.objects.filter(withdrawn_at=None).select_related("entered_by").order_by("-id"))


_hazards = Reference(("hazard",), _load)


def hazards_at(
    lat: float | None, lon: float | None, address: str = "", *, fresh: bool = False
) -> list[dict[str, Any]]:
    """The warnings that hold today within 80 m or at the same address. At most one query a second.

    `fresh` asks the table, with one query: who has just entered one looks for it at once.
    """
    today = clock.local_day(clock.now())
    return [
        hazard_row(one)
        for one in (_load() if fresh else _hazards.get())
        if one.valid_until >= today and _is_at(one, lat, lon, address.strip())
    ]


def hazard_row(hazard: Hazard) -> dict[str, Any]:
    """A warning as pages and programs get it."""
    return {
        "id": hazard.pk,
        "kind": hazard.kind,
        "kind_label": hazard.get_kind_display(),
        "text": hazard.text,
        "valid_until": hazard.valid_until,
        "reason": hazard.reason,
        "entered_by": hazard.entered_by.name,
        "entered_at": hazard.entered_at,
    }


def _is_at(hazard: Hazard, lat: float | None, lon: float | None, address: str) -> bool:
    if address and hazard.address == address:
        return True
    if lat is None or lon is None:
        return False
    return metres_apart(lat, lon, hazard.lat, hazard.lon) <= SAME_PLACE_METRES
