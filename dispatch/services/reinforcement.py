"""Reinforcement 增援: a crew says what it needs; whoever is sent next answers it, or the desk says why nobody comes."""

from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch.lifecycle import INCIDENT_MOVES
from dispatch.models import Incident
from grid.models import User

from .act import act_on, reason_needed


def reinforcement_ask(*, actor: User, number: str, wanted: str) -> Incident:
    """Ask for more forces, in words ("two cars, a shield"). Asking again says the newer words; the same words change nothing."""
    wanted = wanted.strip()
    if not wanted:
        raise Invalid("wanted_missing", _("Say what is needed."), field="wanted")
    with act_on(number, actor=actor, move=INCIDENT_MOVES["reinforce"]) as act:
        if act.incident.reinforcement != wanted:
            act.incident.reinforcement, act.incident.reinforcement_at = wanted, clock.now()
            act.say("reinforcement.asked", {"wanted": wanted})
    return act.incident


def reinforcement_decline(*, actor: User, number: str, reason: str) -> Incident:
    """Say that nobody comes, and why. Conflict `no_reinforcement` where none is asked for."""
    reason = reason_needed(reason)
    with act_on(number, actor=actor, move=INCIDENT_MOVES["decline_reinforcement"]) as act:
        if not act.incident.reinforcement:
            raise Conflict("no_reinforcement", _("No reinforcement is asked for any more."))
        act.incident.reinforcement, act.incident.reinforcement_at = "", None
        act.say("reinforcement.declined", {"reason": reason})
    return act.incident
