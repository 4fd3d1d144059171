"""Every code a timeline entry may carry, with the sentence a person reads. A code not registered here is a bug."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .lifecycle import Level, Stage, Status

ACTIONS: dict[str, str | Promise] = {
    "incident.filed": _("Received"),
    "incident.outside": _("The place is outside the district"),
    "incident.claimed": _("Claimed by %(label)s"),
    "incident.requeued": _("Back in the queue: no unit is left on it"),
    "incident.note": _("%(text)s"),
    "incident.closed": _("Closed. %(reason)s"),
    "incident.cancelled": _("Cancelled: %(reason)s"),
    "incident.invalidated": _("Marked invalid: %(reason)s"),
    "incident.reopened": _("Reopened: %(reason)s"),
    "attachment.added": _("Attached: %(name)s"),
    "caller.joined": _("Another caller: %(said)s"),
    "caller.revealed": _("Caller's name and phone looked up: %(reason)s"),
    "dispatch.recommended": _("Recommended: %(labels)s"),
    "unit.dispatched": _("%(label)s dispatched"),
    "unit.accepted": _("%(label)s accepted"),
    "unit.departed": _("%(label)s set out"),
    "unit.arrived": _("%(label)s on scene"),
    "unit.far_from_scene": _("%(label)s says on scene, its position is %(kilometres)s km away"),
    "unit.reported": _("%(label)s reported back. %(outcome)s"),
    "unit.released": _("%(label)s released. %(outcome)s"),
    "unit.preempted": _("%(label)s pulled off for %(number)s: %(reason)s"),
    "unit.diverted": _("%(label)s dispatched, pulled off %(number)s: %(reason)s"),
    "unit.moved": _("%(labels)s came along from %(number)s"),
    "reinforcement.asked": _("Reinforcement asked for: %(wanted)s"),
    "reinforcement.sent": _("Reinforcement sent: %(labels)s"),
    "reinforcement.declined": _("Reinforcement declined: %(reason)s"),
    "handover.offered": _("Handed over to %(organisation)s, not yet accepted: %(reason)s"),
    "handover.accepted": _("%(organisation)s took it in"),
    "handover.declined": _("%(organisation)s declined it: %(reason)s"),
    "handover.withdrawn": _("The hand-over to %(organisation)s was withdrawn"),
    "incident.merged": _("Merged into %(number)s: %(reason)s"),
    "incident.absorbed": _("%(number)s is the same matter: %(summary)s"),
    "incident.split": _("A matter of its own: %(number)s"),
    "incident.split_off": _("Split off %(number)s"),
    "followup.done": _("Follow-up call: satisfied %(rating)s of 5. %(remark)s"),
    "followup.missed": _("Follow-up call: nobody answered (%(attempts)s). %(remark)s"),
    "followup.given_up": _("Follow-up call given up after %(attempts)s tries. %(remark)s"),
    "escalation.raised": _("Escalated to %(level)s: %(stage)s after %(seconds)s s"),
    "escalation.repeated": _("Told again, %(level)s: %(stage)s for %(seconds)s s"),
    "escalation.snoozed": _("Put off by %(minutes)s min: %(reason)s"),
    "escalation.skipped": _("Escalation to %(level)s reached nobody, next step at once"),
    "escalation.exhausted": _("No further level can be told"),
    "escalation.waiting": _("Tried again each %(seconds)s s until somebody is on duty"),
    "escalation.expired": _("An escalation %(minutes)s min late was not sent"),
    "escalation.taken_over": _("Taken over"),
    "escalation.ended": _("Escalation ended"),
}

_CHOICES = {"level": Level, "stage": Stage, "status": Status}


def describe(code: str, data: Mapping[str, Any]) -> str:
    """The sentence of an entry in the reader's language; `data` keys are filled in, choices by their labels."""
    words = {key: _words(key, value) for key, value in data.items()}
    return (str(ACTIONS[code]) % words).strip() if data else str(ACTIONS[code])


def _words(key: str, value: Any) -> Any:
    if key in _CHOICES:
        return _CHOICES[key](value).label
    if key == "labels" and isinstance(value, list):  # of what was recommended: [[call sign, minutes]]
        each = gettext("%(unit)s about %(minutes)s min")
        return gettext(", ").join(each % {"unit": unit, "minutes": minutes} for unit, minutes in value)
    return value
