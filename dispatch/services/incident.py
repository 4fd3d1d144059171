"""Incidents: filing, claiming, noting, ending, reopening."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid
from boshan_police.kernel.rendering import to_json
from dispatch import access
from dispatch.lifecycle import INCIDENT_MOVES, OPEN, Status, Step
from dispatch.models import Assignment, Incident
from dispatch.selectors.category import categories
from dispatch.selectors.mention import names_in
from grid.models import User
from grid.selectors.territory import territory

from .act import Act, act_on, acts_write, reason_needed, sooner, wrong_state
from .assignment import assignments_write, release_all
from .followup import follow_up_drop, follow_up_plan
from .handover import handover_accept_by_claim, handover_withdraw_pending

AHEAD = timedelta(minutes=5)
"""How far ahead of our clock a caller's clock may be before a time counts as wrong."""


@dataclass(frozen=True)
class Filed:
    """`created` is False when this submission had been received before."""

    incident: Incident
    created: bool


def incident_file(
    *,
    actor: User,
    category: str,
    summary: str,
    priority: int | None = None,
    address: str = "",
    lat: float | None = None,
    lon: float | None = None,
    caller_name: str = "",
    caller_phone: str = "",
    reported_at: datetime | None = None,
    idempotency_key: str | None = None,
    point_system: str = "wgs84",
    point_given: str = "",
) -> Filed:
    """File an incident 接警; the same `idempotency_key` of the same actor makes one incident, however often it comes.

    Latitude and longitude are WGS-84 degrees, both or neither. Grid and station follow from the point; a point
    outside the district is allowed and flagged. `point_system` and `point_given` record what it was converted from. Raises Invalid (naming the field), Refused, or Conflict
    `idempotency_key_reused` for the same key with other content.
    """
    roles.require(actor, access.FILE_INCIDENT)
    given: dict[str, Any] = {
        "category_id": category,
        "summary": summary.strip(),
        "address": address.strip(),
        "lat": lat,
        "lon": lon,
        "caller_name": caller_name.strip(),
        "caller_phone": caller_phone.strip(),
    }
    if point_given:
        given |= {"point_system": point_system, "point_given": point_given}
    digest = hashlib.sha256(to_json([given, priority, reported_at])).hexdigest() if idempotency_key else ""
    try:
        _check_input(given, priority, reported_at)
    except Invalid:
        # What was right when it came first is right when it comes again: the category may be retired by now.
        if idempotency_key and (earlier := _filed_before(actor, idempotency_key, digest)):
            return earlier
        raise

    now = clock.now()
    place = territory().locate(lat, lon) if lat is not None and lon is not None else None
    incident = Incident(
        **given,
        priority=priority or categories()[category].priority,
        grid_id=place.grid_id if place else None,
        station_id=place.station if place else None,
        outside_district=bool(place and not place.inside),
        reported_at=reported_at or now,
        created_at=now,
        created_by=actor,
        idempotency_key=idempotency_key,
        idempotency_digest=digest,
    )
    try:
        with transaction.atomic():
            act = Act(incident, actor)
            act.say("incident.filed")
            if incident.outside_district:
                act.say("incident.outside")
            incident.number = _next_number(incident.reported_at)
            acts_write([act])
    except IntegrityError:
        # The constraint found the same key, an earlier submission or one of this moment, and nothing of this one
        # was written, its number neither. Looking first would cost every new incident a query.
        if idempotency_key and (earlier := _filed_before(actor, idempotency_key, digest)):
            return earlier
        raise
    return Filed(incident, created=True)


def _check_input(given: dict[str, Any], priority: int | None, reported_at: datetime | None) -> None:
    kind = categories().get(given["category_id"])
    if kind is None or not kind.active:
        raise Invalid(
            "unknown_category", _("There is no category “%s”.") % given["category_id"], field="category"
        )
    if priority is not None and priority not in {1, 2, 3, 4}:
        raise Invalid("priority_range", _("Priority is 1, 2, 3 or 4."), field="priority")
    if not given["summary"] and not given["address"]:
        raise Invalid("nothing_said", _("Say what happened, or at least where."), field="summary")
    if (given["lat"] is None) != (given["lon"] is None):
        missing = "lon" if given["lon"] is None else "lat"
        raise Invalid("point_half", _("A point needs both latitude and longitude."), field=missing)
    if given["lat"] is not None and not -90 <= given["lat"] <= 90:
        raise Invalid("latitude_range", _("Latitude is between -90 and 90."), field="lat")
    if given["lon"] is not None and not -180 <= given["lon"] <= 180:
        raise Invalid("longitude_range", _("Longitude is between -180 and 180."), field="lon")
    if reported_at and reported_at > clock.now() + AHEAD:
        raise Invalid("in_the_future", _("The time of the call is in the future."), field="reported_at")


def _filed_before(actor: User, key: str, digest: str) -> Filed | None:
    incident = Incident.objects.filter(created_by=actor, idempotency_key=key).first()
    if incident is None:
        return None
    if incident.idempotency_digest != digest:
        raise Conflict(
            "idempotency_key_reused",
            _("This form was already saved as %s with other content.") % incident.short_number,
            details={"number": incident.number},
        )
    return Filed(incident, created=False)


def _next_number(received: datetime) -> str:
    """Division code, day in the bureau's zone, serial of that day (four digits or more). One query, one row lock."""
    day = clock.local_day(received)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dispatch_dailyserial AS d (day, last) VALUES (%s, 1) "
            "ON CONFLICT (day) DO UPDATE SET last = d.last + 1 RETURNING last",
            [day],
        )
        serial = cursor.fetchone()[0]
    return f"{settings.DIVISION_CODE}{day:%Y%m%d}{serial:04d}"


def incident_claim(*, actor: User, number: str, unit: int | None = None) -> Assignment:
    """The station takes the incident itself 签收: with one of its units, or the officer in person.

    An order already waiting for that unit (or, without `unit`, for any of the station's) is accepted instead of
    a second one being written. Conflict `already_claimed` names who was sooner and when.
    """
    move = INCIDENT_MOVES["claim"]
    roles.require(actor, access.rule_for(move))
    with act_on(number, actor=actor) as act:
        if act.incident.status not in move.sources:
            raise _already_claimed(act.incident)
        handover_accept_by_claim(act)
        order = _waiting_order(act.incident, actor, unit)
        if order is None:
            party = {"officers": [actor]} if unit is None else {"units": [unit]}
            (order,) = assignments_write(act, claimed=True, **party)
        order.step, order.accepted_at = Step.ACCEPTED, clock.now()
        order.save(update_fields=["step", "accepted_at"])
        act.say("incident.claimed", {"label": order.label, "assignment": order.pk})
        act.settle()
    return order


def _waiting_order(incident: Incident, actor: User, unit: int | None) -> Assignment | None:
    """The order not yet accepted of `unit`, else of any unit of the actor's station. One query."""
    waiting = incident.assignments.select_related("unit").filter(
        step=Step.DISPATCHED, unit__organisation=actor.organisation_id
    )
    return (waiting if unit is None else waiting.filter(unit=unit)).order_by("id").first()


def _already_claimed(incident: Incident) -> Conflict:
    """Who was the first to accept since the incident was filed or reopened; its state where it has ended."""
    winner = (
        incident.assignments.select_related("unit", "officer")
        .filter(accepted_at__isnull=False, created_at__gte=incident.life_began)
        .order_by("accepted_at", "id")
        .first()
    )
    if winner is None or winner.accepted_at is None or incident.status not in OPEN:
        return wrong_state(INCIDENT_MOVES["claim"], incident)
    said = _("%(name)s accepted at %(time)s")
    return sooner("already_claimed", said, by=winner.label, at=winner.accepted_at, number=incident.number)


def incident_note(*, actor: User, number: str, text: str, idempotency_key: str | None = None) -> Incident:
    """Add what was learned since to the timeline. Whoever it names after `@` is told (`selectors.mention.names_in`).

    The same `idempotency_key` of the same actor is one entry, which keeps it; Conflict `idempotency_key_reused` for
    the same key with other words.
    """
    roles.require(actor, access.NOTE)
    if not text.strip():
        raise Invalid("empty", _("Write the note first."), field="text")
    text = text.strip()
    with act_on(number, actor=actor) as act:
        if idempotency_key and _noted_before(act.incident, actor, idempotency_key, text):
            return act.incident
        named = names_in(text, act.incident)
        labels = {"mentions": [name.label for name in named]} if named else {}
        sent = {"idempotency_key": idempotency_key} if idempotency_key else {}
        act.say("incident.note", {"text": text, **labels, **sent})
        for name in named:
            act.mention(name.label, name.people)
    return act.incident


def _noted_before(incident: Incident, actor: User, key: str, text: str) -> bool:
    """Asked under the incident's lock: of two at once the second finds the first. One query, by the story's own index."""
    earlier = incident.timeline.filter(code="incident.note", actor=actor, data__idempotency_key=key).first()
    if earlier and earlier.data["text"] != text:
        raise Conflict(
            "idempotency_key_reused",
            _("This note was already saved with other words."),
            details={"number": incident.number},
        )
    return earlier is not None


def incident_close(*, actor: User, number: str, outcome: str = "") -> Incident:
    """Close what has been reported back 结警."""
    with act_on(number, actor=actor, move=INCIDENT_MOVES["close"]) as act:
        _end(act, Status.CLOSED, outcome, "incident.closed")
        follow_up_plan(act.incident)
    return act.incident


def incident_cancel(*, actor: User, number: str, reason: str) -> Incident:
    """Call the answer off; units still on it are released."""
    reason_needed(reason)
    with act_on(number, actor=actor, move=INCIDENT_MOVES["cancel"]) as act:
        _end(act, Status.CANCELLED, reason, "incident.cancelled")
    return act.incident


def incident_invalidate(*, actor: User, number: str, reason: str) -> Incident:
    """Mark the report invalid 无效警情; units still on it are released."""
    reason_needed(reason)
    with act_on(number, actor=actor, move=INCIDENT_MOVES["invalidate"]) as act:
        _end(act, Status.INVALID, reason, "incident.invalidated")
    return act.incident


def incident_reopen(*, actor: User, number: str, reason: str) -> Incident:
    """Put an ended incident back in the queue, with a new stage clock."""
    reason_needed(reason)
    with act_on(number, actor=actor, move=INCIDENT_MOVES["reopen"]) as act:
        act.incident.status = Status.REPORTED
        act.incident.reopened_at = clock.now()
        act.incident.closed_at = act.incident.reported_back_at = None
        act.incident.outcome = ""
        act.incident.merged_into = None
        follow_up_drop(act.incident)
        act.say("incident.reopened", {"reason": reason.strip()})
    return act.incident


def _end(act: Act, status: Status, outcome: str, code: str) -> None:
    act.say(code, {"reason": outcome.strip()})
    handover_withdraw_pending(act)
    act.incident.reinforcement, act.incident.reinforcement_at = "", None
    release_all(act, outcome)
    act.incident.status = status
    act.incident.closed_at = clock.now()
    act.incident.outcome = outcome.strip()[:200]
