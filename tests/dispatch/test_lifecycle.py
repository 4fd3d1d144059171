"""The state tables as data: complete, without dead ends, and matched by rules, texts and columns."""

from itertools import product

import pytest

from boshan_police.kernel.access import EVERYONE
from dispatch import access
from dispatch.actions import ACTIONS
from dispatch.lifecycle import (
    ACTIVE_STEPS,
    ASSIGNMENT_MOVES,
    ENDED,
    INCIDENT_MOVES,
    OPEN,
    STAGE_OF,
    Move,
    Stage,
    Status,
    Step,
    status_after,
)
from dispatch.models import Assignment, Incident

MOVES = [*INCIDENT_MOVES.values(), *ASSIGNMENT_MOVES.values()]
FINAL_STEPS = frozenset(Step) - ACTIVE_STEPS
Life = tuple[Status, tuple[Step, ...]]
"""An incident's status and the steps of its assignments, at most two, of its present life."""


def after(life: Life) -> set[Life]:
    """Where one move of the tables leads from `life`."""
    status, steps = life
    found: set[Life] = set()
    for verb, move in INCIDENT_MOVES.items():
        if status not in move.sources:
            continue
        if verb == "reopen":
            found.add((Status.REPORTED, ()))
        elif move.target:
            found.add((Status(move.target), ()))
        elif verb in {"dispatch", "claim"} and len(steps) < 2:
            begun = (*steps, Step.ACCEPTED if verb == "claim" else Step.DISPATCHED)
            found.add((status_after(begun), tuple(sorted(begun))))
    if status in OPEN:
        for index, move in product(range(len(steps)), ASSIGNMENT_MOVES.values()):
            if steps[index] in move.sources:
                moved = (*steps[:index], Step(move.target), *steps[index + 1 :])
                found.add((status_after(moved), tuple(sorted(moved))))
    return found


def reachable(start: Life) -> set[Life]:
    seen, fresh = {start}, [start]
    while fresh:
        found = after(fresh.pop()) - seen
        seen |= found
        fresh += found
    return seen


def test_every_status_is_reached_from_a_new_report() -> None:
    assert {status for status, _steps in reachable((Status.REPORTED, ()))} == set(Status)


def test_every_open_incident_can_still_be_closed_and_every_ended_one_reopened() -> None:
    for life in reachable((Status.REPORTED, ())):
        statuses = {status for status, _steps in reachable(life)}
        assert statuses >= {Status.CLOSED, Status.CANCELLED, Status.INVALID, Status.REPORTED}, life


def test_ended_states_lead_back_to_the_queue_and_nowhere_else() -> None:
    for status in ENDED:
        assert after((status, ())) == {(Status.REPORTED, ())}


def test_every_step_is_reached_and_only_the_last_ones_are_dead_ends() -> None:
    reached = {Step.DISPATCHED} | {move.target for move in ASSIGNMENT_MOVES.values()}
    assert reached == set(Step)
    for step in Step:
        leads_on = any(step in move.sources for move in ASSIGNMENT_MOVES.values())
        assert leads_on is (step in ACTIVE_STEPS)
    assert {Step.REPORTED, Step.RELEASED} == FINAL_STEPS


def test_open_and_ended_part_the_statuses() -> None:
    assert set(Status) == OPEN | ENDED
    assert not OPEN & ENDED


def test_a_clock_runs_in_every_stage_and_in_no_ended_state() -> None:
    assert set(STAGE_OF.values()) == set(Stage)
    assert set(STAGE_OF) == OPEN - {Status.REPORTED_BACK}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.code)
def test_a_move_is_whole(move: Move) -> None:
    """Sources and target are states; it has a text, a rule with its roles, and a registered timeline text."""
    model, states = (Incident, Status) if move in INCIDENT_MOVES.values() else (Assignment, Step)
    assert move.sources
    assert move.sources <= set(states)
    assert move.target is None or move.target in states
    assert move.target not in move.sources
    assert str(move.text)
    assert move.roles
    assert move.roles < EVERYONE
    assert access.rule_for(move).roles == move.roles
    assert move.code in ACTIONS
    if move.stamp:
        assert model._meta.get_field(move.stamp).get_internal_type() == "DateTimeField"


def test_codes_and_rules_are_not_shared() -> None:
    assert len({move.code for move in MOVES}) == len(MOVES)
    assert len({access.rule_for(move).code for move in MOVES}) == len(MOVES)


def test_every_step_of_an_assignment_is_stamped_apart() -> None:
    stamps = [move.stamp for move in ASSIGNMENT_MOVES.values()]
    assert None not in stamps
    assert len(set(stamps)) == len(stamps)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], Status.REPORTED),
        ([Step.RELEASED], Status.REPORTED),
        ([Step.DISPATCHED], Status.DISPATCHED),
        ([Step.DISPATCHED, Step.ACCEPTED], Status.ACCEPTED),
        ([Step.EN_ROUTE, Step.ACCEPTED], Status.EN_ROUTE),
        ([Step.ON_SCENE, Step.DISPATCHED], Status.ON_SCENE),
        ([Step.REPORTED, Step.DISPATCHED], Status.DISPATCHED),
        ([Step.REPORTED, Step.RELEASED], Status.REPORTED_BACK),
    ],
)
def test_the_furthest_active_unit_leads(steps: list[Step], status: Status) -> None:
    assert status_after(steps) == status
    assert status_after(reversed(steps)) == status
