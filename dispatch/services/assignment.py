"""Assignments: sending units, and their steps from acceptance to release."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from boshan_police.kernel.locking import lock_rows
from dispatch import access, live
from dispatch.lifecycle import ACTIVE_STEPS, ASSIGNMENT_MOVES, INCIDENT_MOVES, CrewMove, Status, Step
from dispatch.models import Assignment
from dispatch.selectors.recommendation import Recommendation
from grid.models import User
from patrol.models import Unit
from patrol.positions import metres_apart, was_fresh
from patrol.selectors.reach import minutes_of
from patrol.services.unit import unit_set_status

from .act import Act, act_on

KEPT_AT_MOST = timedelta(hours=12)
"""How old a step kept by an offline phone may be: one watch."""
SKEW = timedelta(seconds=30)
"""How far a phone's clock may run ahead; such a step counts as now."""
FAR_FROM_SCENE_M = 500.0
"""Who says "on scene" from further away is asked about it; the step counts all the same."""

_ORDER: list[str] = [Step.DISPATCHED, Step.ACCEPTED, Step.EN_ROUTE, Step.ON_SCENE, Step.REPORTED]
_UNIT_STATUS: dict[str, Unit.Status] = {
    Step.DISPATCHED: Unit.Status.ASSIGNED,
    Step.ACCEPTED: Unit.Status.ASSIGNED,
    Step.EN_ROUTE: Unit.Status.EN_ROUTE,
    Step.ON_SCENE: Unit.Status.ON_SCENE,
    Step.REPORTED: Unit.Status.FREE,
    Step.RELEASED: Unit.Status.FREE,
}


@dataclass(frozen=True)
class Advanced:
    """`changed` is False when the step had been taken before."""

    assignment: Assignment
    changed: bool


def assignment_create(
    *,
    actor: User,
    number: str,
    units: Sequence[int],
    officers: Sequence[User] = (),
    recommended: Recommendation | None = None,
) -> list[Assignment]:
    """Send `units` (ids), and `officers` in person, to incident `number` 派警: all or, if a unit is taken, none.

    The timeline keeps what was `recommended` beside what was sent, where somebody chose from a list.
    Conflict `unit_taken` says to which incident it was just sent; `unit_off_duty` that nobody is in it.
    """
    if not units and not officers:
        raise Invalid("no_unit", _("Choose at least one unit."), field="units")
    with act_on(number, actor=actor, move=INCIDENT_MOVES["dispatch"]) as act:
        first = act.incident.status == Status.REPORTED
        written = assignments_write(act, units=units, officers=officers)
        if recommended and recommended.chosen:
            labels = [[each.unit.call_sign, minutes_of(each.worst)] for each in recommended.chosen]
            act.say("dispatch.recommended", {"labels": labels, "units": [unit for unit, _minutes in labels]})
        for row in written:
            act.say("unit.dispatched", {"label": row.label, "assignment": row.pk})
        reinforcement_answer(act, written)
        act.settle()
        if first:
            act.restart_stage()  # the time to accept runs from the first order
    return written


def reinforcement_answer(act: Act, sent: Sequence[Assignment]) -> None:
    """Whoever is sent while reinforcement is asked for answers it."""
    if act.incident.reinforcement:
        act.incident.reinforcement, act.incident.reinforcement_at = "", None
        act.say("reinforcement.sent", {"labels": _listed(sent)})


def assignments_write(
    act: Act, *, units: Sequence[int] = (), officers: Sequence[User] = (), claimed: bool = False
) -> list[Assignment]:
    """Write orders under the incident's lock; the units are locked, checked and made busy. Three queries and two a unit."""
    now = clock.now()
    parties: list[tuple[Unit | None, User | None]] = [
        *((unit, None) for unit in _lock_free_units(units, act, claimed=claimed)),
        *((None, officer) for officer in officers),
    ]
    written = Assignment.objects.bulk_create(
        Assignment(
            incident=act.incident,
            dispatched_at=now,
            # Should the clock have been set back since the incident was reopened, it is of this life all the same.
            created_at=max(now, act.incident.life_began),
            claimed=claimed,
            created_by=act.actor,
            unit=unit,
            officer=officer,
        )
        for unit, officer in parties
    )
    for row in written:
        if row.unit:
            unit_set_status(row.unit, Unit.Status.ASSIGNED)
            live.unit_changed(row.unit)
    return written


def _lock_free_units(keys: Sequence[int], act: Act, *, claimed: bool) -> list[Unit]:
    """The units by key, locked, each of them the actor's to send, on duty, and on no assignment."""
    if not keys:
        return []
    found = lock_rows(Unit, keys)
    for key in keys:
        if key not in found:
            raise NotFound("unit_not_found", _("There is no such unit."), details={"unit": key})
    units = list(found.values())
    for unit in units:
        access.require_unit(act.actor, unit, claimed=claimed)
        if unit.status == Unit.Status.OFF_DUTY:
            raise Conflict(
                "unit_off_duty",
                _("%s is off duty.") % unit.call_sign,
                field="units",
                details={"unit": unit.pk},
            )
    # Not the status column but the assignments say whether a unit is taken, as the constraint behind them does.
    taken = (
        Assignment.objects.select_related("unit", "incident", "created_by")
        .filter(unit__in=units, step__in=sorted(ACTIVE_STEPS))
        .first()
    )
    if taken:
        raise _unit_taken(taken)
    return units


def _unit_taken(held: Assignment) -> Conflict:
    by = held.created_by.name if held.created_by else ""
    number = held.incident.number
    return Conflict(
        "unit_taken",
        _("%(unit)s was just sent to %(number)s by %(by)s")
        % {"unit": held.label, "number": held.incident.short_number, "by": by},
        field="units",
        details={"unit": held.unit_id, "call_sign": held.label, "number": number, "by": by},
    )


def assignment_advance(
    *, actor: User, number: str, assignment: int, verb: str, at: datetime | None = None, outcome: str = ""
) -> Advanced:
    """Move one assignment a step on: accept, depart, arrive, report or release.

    `at` (UTC) is when the crew pressed the button, if the phone was offline then. A step taken before is no error
    and changes nothing. Conflict `wrong_step` where the step is not next; Refused for other people's crews.
    """
    move = ASSIGNMENT_MOVES[verb]
    roles.require(actor, access.rule_for(move))
    with act_on(number, actor=actor) as act:
        row = act.incident.assignments.select_related("unit", "officer").filter(pk=assignment).first()
        if row is None:
            raise NotFound("assignment_not_found", _("There is no such assignment."))
        access.require_crew(actor, row)
        if _taken_before(row, move):
            return Advanced(row, changed=False)
        if row.step not in move.sources:
            raise _wrong_step(row, move)
        _step(act, row, move, _when(row, at), outcome)
        act.settle()
    return Advanced(row, changed=True)


def _taken_before(row: Assignment, move: CrewMove) -> bool:
    if row.step == move.target:
        return True
    return row.step in _ORDER and move.target in _ORDER and _ORDER.index(row.step) > _ORDER.index(move.target)


def _when(row: Assignment, at: datetime | None) -> datetime:
    now = clock.now()
    if at is None or now <= at <= now + SKEW:
        return now
    if at > now:
        raise Invalid("in_the_future", _("The time of the step is in the future."), field="at")
    if now - at > KEPT_AT_MOST:
        raise Invalid("too_old", _("The step is older than one watch. Report it by radio."), field="at")
    before = max(
        moment
        for moment in (row.dispatched_at, row.accepted_at, row.departed_at, row.arrived_at)
        if moment is not None
    )
    return max(at, before)


def assignment_pull(act: Act, row: Assignment, reason: str, *, for_number: str) -> None:
    """Take a crew off its incident for a worse one; it reads why, the incident goes on without it."""
    row.step, row.released_at, row.outcome = Step.RELEASED, clock.now(), reason[:200]
    row.save(update_fields=["step", "released_at", "outcome"])
    facts = {"label": row.label, "assignment": row.pk, "number": for_number, "reason": reason}
    act.say("unit.preempted", facts)
    act.settle()


def assignments_move(source: Act, target: Act, rows: Sequence[Assignment]) -> None:
    """Let the crews of `rows` go on with the work as that of `target`: released there, at the same step with its times here."""
    now = clock.now()
    for row in rows:
        copy = Assignment(**{name: getattr(row, name) for name in _KEPT})
        row.step, row.released_at = Step.RELEASED, now
        row.outcome = f"→ {target.incident.short_number}"
        row.save(update_fields=["step", "released_at", "outcome"])
        copy.incident = target.incident
        copy.created_at = max(now, target.incident.life_began)
        copy.save(force_insert=True)
    target.say("unit.moved", {"labels": _listed(rows), "number": source.incident.short_number})
    for unit in lock_rows(Unit, [row.unit_id for row in rows if row.unit_id]).values():
        unit_set_status(unit, unit.status)  # its row names another incident now
        live.unit_changed(unit)


_KEPT = (
    "unit", "officer", "step", "claimed", "dispatched_at", "accepted_at", "departed_at", "arrived_at", "created_by"
)  # fmt: skip


def _listed(rows: Sequence[Assignment]) -> str:
    return "、".join(row.label for row in rows)


def _step(act: Act, row: Assignment, move: CrewMove, at: datetime, outcome: str) -> None:
    row.step = move.target
    row.outcome = outcome.strip()[:200]
    setattr(row, move.stamp, at)
    row.save(update_fields=["step", "outcome", move.stamp])
    act.say(move.code, {"label": row.label, "assignment": row.pk, "outcome": row.outcome}, at=at)
    if row.unit_id:
        unit = lock_rows(Unit, [row.unit_id])[row.unit_id]
        if row.step == Step.ON_SCENE:
            _flag_far_from_scene(act, row, unit, at)
        unit_set_status(unit, _UNIT_STATUS[row.step])
        live.unit_changed(unit)


def _flag_far_from_scene(act: Act, row: Assignment, unit: Unit, at: datetime) -> None:
    """Note in the timeline that the unit was elsewhere when it said so, as far as its position is of that moment."""
    scene = act.incident
    if scene.lat is None or scene.lon is None or unit.lat is None or unit.lon is None:
        return
    if not was_fresh(unit, at):
        return
    metres = metres_apart((unit.lat, unit.lon), (scene.lat, scene.lon))
    if metres > FAR_FROM_SCENE_M:
        facts = {"label": row.label, "assignment": row.pk, "kilometres": f"{metres / 1000:.1f}"}
        act.say("unit.far_from_scene", facts, at=at)


def release_all(act: Act, reason: str) -> None:
    """Release every unit still on the incident, which is about to end."""
    for row in (
        act.incident.assignments.select_related("unit", "officer")
        .filter(step__in=ACTIVE_STEPS)
        .order_by("unit_id")
    ):
        _step(act, row, ASSIGNMENT_MOVES["release"], clock.now(), reason)


def _wrong_step(row: Assignment, move: CrewMove) -> Conflict:
    return Conflict(
        "wrong_step",
        _("%(verb)s is not possible: %(label)s is “%(step)s”.")
        % {"verb": move.text, "label": row.label, "step": row.get_step_display()},
        details={"step": row.step, "assignment": row.pk},
    )
