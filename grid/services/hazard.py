"""Warnings about places: entered with a reason and an end, withdrawn with a reason."""

import re
import unicodedata
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.locking import lock_rows
from grid import access
from grid.models import Hazard, User
from grid.selectors.territory import territory

LONGEST = timedelta(days=366)
_APART = r"[\s.\-‐-―－]{0,3}"  # what people write between the groups of a number
_NUMBER_OF_A_PERSON = re.compile(
    rf"\d{{7}}"
    rf"|(?<!\d)1[3-9]\d(?:{_APART}\d){{8}}"  # a mobile phone
    rf"|(?<!\d)0\d{{2,3}}(?:{_APART}\d){{7}}"  # a telephone with its area code
    rf"|(?<!\d)\d{{6}}(?:{_APART}\d){{11}}"  # an identity card
)
"""In groups only what begins as such a number does: rooms (2-1-301) and days are written in groups too."""


def hazard_enter(
    *,
    actor: User,
    kind: str,
    text: str,
    lat: float,
    lon: float,
    reason: str,
    valid_until: date,
    address: str = "",
) -> Hazard:
    """Enter a warning about the place at `lat`, `lon` (WGS-84), valid through `valid_until`, a year at most.

    The same warning of the same actor again, such as after a lost answer, is the one that stands. Invalid names the
    field; Refused `other_ground` where a station commander speaks of another station's ground.
    """
    require(actor, access.ENTER_HAZARD)
    text, reason = text.strip(), reason.strip()
    hazard_check(kind=kind, text=text, reason=reason, valid_until=valid_until, address=address)
    scope = access.scope_of(actor)
    if scope.kind != "district" and territory().locate(lat, lon).station != scope.organisation:
        raise Refused("other_ground", _("This place is on another station's ground."), field="lat")
    given = {
        "kind": kind,
        "text": text,
        "address": address.strip(),
        "lat": lat,
        "lon": lon,
        "reason": reason,
        "valid_until": valid_until,
        "entered_by": actor,
    }
    with transaction.atomic():
        lock_rows(User, [actor.pk])
        if standing := Hazard.objects.filter(withdrawn_at=None, **given).first():
            return standing
        hazard = Hazard.objects.create(entered_at=clock.now(), **given)
        audit.record(
            actor=actor,
            code="hazard.entered",
            target=f"hazard {hazard.pk}",
            details={"kind": kind, "text": text, "lat": lat, "lon": lon, "until": str(valid_until)},
        )
    return hazard


def hazard_check(*, kind: str, text: str, reason: str, valid_until: date, address: str = "") -> None:
    """Raise Invalid for what can't be a warning about a place."""
    if kind not in Hazard.Kind.values:
        raise Invalid("unknown_kind", _("There is no such kind of warning."), field="kind")
    for field, value in (("text", text), ("reason", reason), ("address", address)):
        if not value and field != "address":
            raise Invalid("missing", _("Write something here."), field=field)
        if _NUMBER_OF_A_PERSON.search(unicodedata.normalize("NFKC", value)):
            raise Invalid(
                "about_a_person",
                _("A warning is about the place: no phone or identity numbers, nothing about a person."),
                field=field,
            )
    today = clock.local_day(clock.now())
    if not today <= valid_until <= today + LONGEST:
        raise Invalid(
            "until_out_of_range", _("A warning ends today at the earliest, after a year at the latest."),
            field="valid_until",
        )  # fmt: skip


def hazard_withdraw(*, actor: User, key: int, reason: str) -> Hazard:
    """End a warning before its time. NotFound outside of the actor's ground, Conflict where it has been withdrawn."""
    require(actor, access.ENTER_HAZARD)
    if not reason.strip():
        raise Invalid("missing", _("Write something here."), field="reason")
    with transaction.atomic():
        hazard = Hazard.objects.select_for_update().filter(pk=key).first()
        scope = access.scope_of(actor)
        if hazard is None or (
            scope.kind != "district"
            and territory().locate(hazard.lat, hazard.lon).station != scope.organisation
        ):
            raise NotFound("not_found", _("There is no such warning on your ground."))
        if hazard.withdrawn_at:
            raise Conflict("wrong_state", _("This warning has been withdrawn already."))
        hazard.withdrawn_at = clock.now()
        hazard.save(update_fields=["withdrawn_at"])
        audit.record(
            actor=actor, code="hazard.withdrawn", target=f"hazard {key}", details={"reason": reason.strip()}
        )
    return hazard
