"""Handing over 移交: another station or branch is asked to take an incident, and answers for it from its acceptance on."""

from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, Refused
from dispatch import access
from dispatch.lifecycle import INCIDENT_MOVES, Status
from dispatch.models import Handover, Incident
from grid.models import Organisation, User
from grid.selectors.organisation import organisations

from .act import Act, act_on, reason_needed

TAKERS = frozenset({Organisation.Kind.STATION, Organisation.Kind.BRANCH})


def handover_offer(*, actor: User, number: str, taker: str, reason: str) -> Incident:
    """Ask organisation `taker` (its code) to take the incident. Conflict `handover_pending` while another is asked."""
    reason = reason_needed(reason)
    asked = organisations().by_code.get(taker)
    if asked is None or asked.kind not in TAKERS:
        raise Invalid("unknown_taker", _("Choose a station or a branch."), field="taker")
    with act_on(number, actor=actor, move=INCIDENT_MOVES["hand_over"]) as act:
        if act.incident.station_id == taker:
            raise Invalid("same_station", _("%s has it already.") % asked.label, field="taker")
        pending = _pending(act.incident)
        if pending:
            raise Conflict(
                "handover_pending",
                _("%s has been asked to take it and has not answered yet.") % pending.taker.label,
                details={"taker": pending.taker_id, "at": pending.offered_at},
            )
        Handover.objects.create(
            incident=act.incident,
            giver_id=act.incident.station_id,
            taker_id=taker,
            reason=reason[:200],
            offered_at=clock.now(),
            offered_by=actor,
        )
        act.say("handover.offered", {"organisation": asked.short_name, "taker": taker, "reason": reason})
    return act.incident


def handover_accept(*, actor: User, number: str) -> Incident:
    """Take it in: the taker's station answers from now on. Nobody on it yet: its time to accept runs anew."""
    with act_on(number, actor=actor, move=INCIDENT_MOVES["take_in"]) as act:
        _take(act, _asked(act))
        if act.incident.status in {Status.REPORTED, Status.DISPATCHED}:
            act.restart_stage()
    return act.incident


def handover_accept_by_claim(act: Act) -> None:
    """Whoever claims what was offered to its station has taken it in. One query, two where it was."""
    row = _pending(act.incident)
    if row and act.actor and row.taker_id == act.actor.organisation_id:
        _take(act, row)


def handover_decline(*, actor: User, number: str, reason: str) -> Incident:
    """Say no, and why; the giver has it as before. The giver's own side withdraws the offer by the same verb."""
    reason = reason_needed(reason)
    with act_on(number, actor=actor, move=INCIDENT_MOVES["take_in"]) as act:
        pending = _pending(act.incident)
        if pending and actor.organisation_id in {pending.giver_id, pending.offered_by.organisation_id}:
            row, state, code = pending, Handover.State.WITHDRAWN, "handover.withdrawn"
        else:
            row, state, code = _asked(act), Handover.State.DECLINED, "handover.declined"
        _answer(act, row, state)
        act.say(code, {"organisation": row.taker.short_name, "taker": row.taker_id, "reason": reason})
    return act.incident


def handover_withdraw_pending(act: Act) -> None:
    """An incident that ends asks nobody any more. One query, two where somebody was asked."""
    act.incident.handovers.filter(state=Handover.State.OFFERED).update(
        state=Handover.State.WITHDRAWN, answered_at=clock.now(), answered_by=act.actor
    )


def _pending(incident: Incident) -> Handover | None:
    return (
        incident.handovers.select_related("taker", "offered_by").filter(state=Handover.State.OFFERED).first()
    )


def _asked(act: Act) -> Handover:
    """The offer that waits for the actor: for its own organisation, or for any by the centre."""
    row = _pending(act.incident)
    if row is None:
        raise Conflict("no_handover", _("Nobody is asked to take this incident any more."))
    if not access.may_answer_for(act.actor, row.taker_id):
        raise Refused("other_taker", _("Only %s or the command centre can answer this.") % row.taker.label)
    return row


def _take(act: Act, row: Handover) -> None:
    _answer(act, row, Handover.State.ACCEPTED)
    act.incident.station = row.taker
    act.say("handover.accepted", {"organisation": row.taker.short_name, "taker": row.taker_id})


def _answer(act: Act, row: Handover, state: Handover.State) -> None:
    row.state, row.answered_at, row.answered_by = state, clock.now(), act.actor
    row.save(update_fields=["state", "answered_at", "answered_by"])
