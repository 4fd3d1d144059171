"""Pulling a busy unit 抽调: an explicit act with a reason, never the side effect of a dispatch."""

from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch import access
from dispatch.lifecycle import ACTIVE_STEPS, INCIDENT_MOVES
from dispatch.models import Assignment
from grid.models import User

from .act import acts_on, reason_needed, wrong_state
from .assignment import assignment_pull, assignments_write, reinforcement_answer


def unit_preempt(*, actor: User, number: str, unit: int, reason: str) -> Assignment:
    """Take `unit` (its id) off the incident it is on and send it to `number`, in one act.

    The first incident goes on with who is left, or back to the queue with its timers and its history. Conflict
    `unit_free` where there is nothing to pull it off, `unit_taken` where it was moved on in this moment.
    """
    move = INCIDENT_MOVES["preempt"]
    roles.require(actor, access.rule_for(move))
    reason = reason_needed(reason)
    held = _held(unit)
    if held is None or held.unit is None:
        raise Conflict("unit_free", _("The unit is on no incident: dispatch it."), field="unit")
    if held.incident.number == number:
        raise Invalid("same_incident", _("%s is on this incident already.") % held.label, field="unit")
    access.require_unit(actor, held.unit)
    with acts_on(held.incident.number, number, actor=actor) as (left, act):
        if act.incident.status not in move.sources:
            raise wrong_state(move, act.incident)
        now = _held(unit)  # under the locks of both incidents
        if now is None or now.pk != held.pk:
            raise Conflict(
                "unit_taken",
                _("%s was just sent elsewhere.") % held.label,
                field="unit",
                details={"unit": unit},
            )
        assignment_pull(left, now, reason, for_number=act.incident.short_number)
        (order,) = assignments_write(act, units=[unit])
        from_number = left.incident.short_number
        facts = {"label": order.label, "assignment": order.pk, "number": from_number, "reason": reason}
        act.say("unit.diverted", facts)
        reinforcement_answer(act, [order])
        act.settle()
    return order


def _held(unit: int) -> Assignment | None:
    """What `unit` is on now. One query."""
    active = Assignment.objects.filter(unit=unit, step__in=sorted(ACTIVE_STEPS))
    return active.select_related("incident", "unit__organisation").first()
