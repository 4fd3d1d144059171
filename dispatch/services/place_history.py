"""Looking up what happened at a place leaves a trace: who, which place, for which incident."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit
from boshan_police.kernel.errors import Invalid
from dispatch import access
from dispatch.selectors.incident import incident_seen_by
from dispatch.selectors.place_history import place_history
from grid.models import User


def place_history_of_incident(*, actor: User, number: str) -> dict[str, Any]:
    """`place_history` of the place of incident `number`. NotFound outside of the actor's scope. Audited. Three queries
    at most, beside those of the scope."""
    roles.require(actor, access.SEE_PLACE_HISTORY)
    incident = incident_seen_by(actor, number)
    return _looked(actor, lat=incident.lat, lon=incident.lon, address=incident.address, number=number)


def place_history_of_point(
    *, actor: User, lat: float | None, lon: float | None, address: str
) -> dict[str, Any]:
    """`place_history` of a place that a call is about, before there is an incident. Invalid without any place. Audited."""
    roles.require(actor, access.FILE_INCIDENT)
    if not address.strip() and (lat is None or lon is None):
        raise Invalid("no_place", _("Give a point or an address."), field="lat")
    return _looked(actor, lat=lat, lon=lon, address=address.strip(), number="")


def _looked(
    actor: User, *, lat: float | None, lon: float | None, address: str, number: str
) -> dict[str, Any]:
    with transaction.atomic():
        found = place_history(actor, lat=lat, lon=lon, address=address, without=number)
        place = address or (f"{lat:.5f}, {lon:.5f}" if lat is not None and lon is not None else "")
        audit.record(
            actor=actor,
            code="place.looked_up",
            target=f"place {place}",
            details={"incident": number or None, "lat": lat, "lon": lon, "found": found["total"]},
        )
    return found
