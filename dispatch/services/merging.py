"""Two reports of one matter become one incident; one report of two matters becomes two."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch import access
from dispatch.lifecycle import ACTIVE_STEPS, INCIDENT_MOVES, Status
from dispatch.models import FurtherCaller, Incident
from grid.models import User

from .act import Act, act_on, acts_on
from .assignment import assignments_move
from .handover import handover_withdraw_pending
from .incident import Filed, incident_file


def incident_merge(*, actor: User, number: str, into: str, reason: str = "") -> Incident:
    """End `number` as the same matter as `into`, which takes its crews and its callers along. Reopening undoes it.

    Conflict `wrong_state` where either has ended.
    """
    if number == into:
        raise Invalid("same_incident", _("An incident can't be merged into itself."), field="into")
    with acts_on(number, into, actor=actor, move=INCIDENT_MOVES["merge"]) as (source, target):
        incident = source.incident
        _bring_callers(source, target)
        crews = list(incident.assignments.select_related("unit", "officer").filter(step__in=ACTIVE_STEPS))
        data = {"number": target.incident.short_number, "into": into, "reason": reason.strip()}
        source.say("incident.merged", data)
        target.say(
            "incident.absorbed",
            {
                "number": incident.short_number,
                "from": number,
                "summary": incident.summary or incident.address,
            },
        )
        if crews:
            assignments_move(source, target, crews)
            target.settle()
        handover_withdraw_pending(source)
        incident.reinforcement, incident.reinforcement_at = "", None
        incident.status, incident.closed_at = Status.MERGED, clock.now()
        incident.merged_into, incident.outcome = target.incident, f"→ {target.incident.short_number}"
    return target.incident


def _bring_callers(source: Act, target: Act) -> None:
    """Whoever called about the source can be rung up from the target. At most two queries."""
    incident = source.incident
    first = (incident.caller_name, incident.caller_phone, incident.reported_at)
    later = [(row.name, row.phone, row.at) for row in incident.further_callers.all()]
    FurtherCaller.objects.bulk_create(
        FurtherCaller(incident=target.incident, name=name, phone=phone, at=at, created_by=source.actor)
        for name, phone, at in [first, *later]
        if name or phone
    )


def incident_split(*, actor: User, number: str, units: Sequence[int] = (), **report: Any) -> Filed:
    """File a second matter found in incident `number`; `units` (ids) of it go on with the new one.

    `report` is what `incident_file` takes; without a place of its own it happened at the same one.
    """
    move = INCIDENT_MOVES["split"]
    roles.require(actor, access.rule_for(move))
    with transaction.atomic():
        with act_on(number, actor=actor, move=move) as seen:
            origin = seen.incident
        if report.get("lat") is None and not report.get("address"):
            report |= {"address": origin.address, "lat": origin.lat, "lon": origin.lon}
        filed = incident_file(actor=actor, **report)
        if not filed.created:
            return filed
        with acts_on(number, filed.incident.number, actor=actor) as (source, target):
            source.say(
                "incident.split", {"number": target.incident.short_number, "to": target.incident.number}
            )
            target.say("incident.split_off", {"number": origin.short_number, "from": number})
            target.incident.split_from = origin
            if units:
                _move_units(source, target, units)
    return Filed(target.incident, created=True)


def _move_units(source: Act, target: Act, units: Sequence[int]) -> None:
    active = source.incident.assignments.select_related("unit", "officer").filter(step__in=ACTIVE_STEPS)
    rows = list(active.filter(unit__in=units))
    if len(rows) != len(set(units)):
        raise Conflict(
            "unit_not_here",
            _("One of the units is not on incident %s any more.") % source.incident.short_number,
            field="units",
        )
    assignments_move(source, target, rows)
    source.settle()
    target.settle()
