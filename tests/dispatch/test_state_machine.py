"""Any interleaving of services leaves no illegal state, and snapshot + events = fresh snapshot, for every scope.

Hypothesis picks who does what to which incident and when the clock moves on. A refused act must change nothing.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from boshan_police.kernel import clock, live
from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import (
    ACTIVE_STEPS,
    ASSIGNMENT_MOVES,
    INCIDENT_MOVES,
    Move,
    Stage,
)
from dispatch.models import (
    Assignment,
    Escalation,
    Handover,
    Incident,
    Notice,
    Policy,
    PolicyStep,
    TimelineEntry,
    Timer,
)
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.escalation import escalation_snooze, escalation_take_over
from dispatch.services.incident import (
    incident_claim,
    incident_file,
    incident_note,
)
from dispatch.services.timer import timers_sweep
from patrol.models import Unit
from patrol.services.unit import unit_place, unit_set_duty
from tests.dispatch.always_holds import AlwaysHolds
from tests.dispatch.ending_rules import PEOPLE, Endings
from tests.dispatch.held_board import HeldBoard
from tests.dispatch.shift_work_rules import ShiftWork
from tests.world import IN_EAST, IN_SOUTH, OUTSIDE

UNITS = ["east_car", "east_car_2", "east_foot", "south_car", "south_foot", "squadron"]
VIEWERS = ["dispatcher", "east_officer", "south_commander", "guard"]
MET = {
    "incident.claimed",
    "unit.reported",
    "unit.released",
    "incident.closed",
    "incident.cancelled",
    "incident.reopened",
    "escalation.raised",
    "escalation.expired",
    "escalation.taken_over",
    "escalation.snoozed",
    "escalation.ended",
    "handover.accepted",
    "incident.merged",
    "incident.split",
    "reinforcement.asked",
    "unit.preempted",
    "not_allowed",
    "wrong_state",
}
"""Codes of timelines and refusals without which a night proves too little."""
WRITTEN = (Incident, Assignment, Unit, Timer, Escalation, Notice, TimelineEntry, Handover)


class Dispatching(ShiftWork, Endings, AlwaysHolds, RuleBasedStateMachine):
    """One command centre, two stations, a guard squadron, and a clock that jumps."""

    world: SimpleNamespace
    sent: list[bytes]
    seen: set[str]
    """What all runs together came by: codes of timelines and of refusals."""
    incidents = Bundle("incidents")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = clock.now()
        self.sent.clear()
        self.boards = [HeldBoard(getattr(self.world, name)) for name in VIEWERS]

    def teardown(self) -> None:
        self.seen.update(TimelineEntry.objects.values_list("code", flat=True))
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def act(self, call: Callable[[], Any]) -> Any:
        """Do it at the machine's time and let the boards hear; a refusal must leave every row as it was."""
        before = self._rows()
        self.now += timedelta(milliseconds=10)
        with clock.at(self.now):
            try:
                with TestCase.captureOnCommitCallbacks(execute=True):
                    found = call()
            except DomainError as error:
                self.seen.add(error.code)
                assert self._rows() == before
                assert not self.sent
                return None
        for frame in self.sent:
            topics, _, message = frame.partition(b"\n")
            for each in self.boards:
                each.hear(set(topics.decode().split(",")), json.loads(message))
        self.sent.clear()
        return found

    def _rows(self) -> list[Any]:
        """Every row that an act may write."""
        return [list(model._default_manager.order_by("pk").values()) for model in WRITTEN]

    def who(self, name: str) -> Any:
        return getattr(self.world, name)

    # --- What people do ---------------------------------------------------------------------------------

    @initialize(target=incidents)
    def first_call(self) -> Any:
        return self._file("dispatcher", "fight", IN_EAST)

    @precondition(lambda self: Incident.objects.count() < 4)  # few, so that much happens to each
    @rule(
        target=incidents,
        who=st.sampled_from(["dispatcher", "east_officer", "south_commander"]),
        category=st.sampled_from(["fight", "theft", "noise"]),
        place=st.sampled_from([IN_EAST, IN_SOUTH, OUTSIDE, {}]),
    )
    def file(self, who: str, category: str, place: dict[str, float]) -> Any:
        return self._file(who, category, place)

    def _file(self, who: str, category: str, place: dict[str, float]) -> Any:
        filed = self.act(
            lambda: incident_file(actor=self.who(who), category=category, summary="Something", **place)
        )
        return filed.incident.number if filed else multiple()

    @rule(
        number=incidents,
        who=st.sampled_from(["dispatcher", "watch", "east_commander", "south_commander", "guard"]),
        units=st.lists(st.sampled_from(UNITS), min_size=1, max_size=3, unique=True),
    )
    def send(self, number: str, who: str, units: list[str]) -> None:
        keys = [self.who(unit).pk for unit in units]
        self._lawfully(
            INCIDENT_MOVES["dispatch"],
            Incident.objects.get(number=number).status,
            who,
            lambda: assignment_create(actor=self.who(who), number=number, units=keys),
        )

    @rule(
        number=incidents,
        who=st.sampled_from(["east_commander", "east_officer", "south_officer", "dispatcher"]),
        unit=st.sampled_from([None, "east_car", "south_car"]),
    )
    def claim(self, number: str, who: str, unit: str | None) -> None:
        key = self.who(unit).pk if unit else None
        self._lawfully(
            INCIDENT_MOVES["claim"],
            Incident.objects.get(number=number).status,
            who,
            lambda: incident_claim(actor=self.who(who), number=number, unit=key),
        )

    def _lawfully(self, move: Move, state: str, who: str, call: Callable[[], Any]) -> None:
        """What the state table forbids must be refused; a step taken before may say that it changed nothing."""
        found = self.act(call)
        changed = found is not None and getattr(found, "changed", True)
        assert not changed or (self.who(who).role in move.roles and state in move.sources)

    @rule(
        number=incidents,
        who=st.sampled_from(PEOPLE),
        verb=st.sampled_from(list(ASSIGNMENT_MOVES)),
        pick=st.integers(0, 3),
    )
    def step(self, number: str, who: str, verb: str, pick: int) -> None:
        orders = list(Assignment.objects.filter(incident__number=number).order_by("id"))
        if orders:
            order = orders[pick % len(orders)]
            self._lawfully(
                ASSIGNMENT_MOVES[verb],
                order.step,
                who,
                lambda: assignment_advance(
                    actor=self.who(who), number=number, assignment=order.pk, verb=verb, outcome="Settled"
                ),
            )

    @rule(number=incidents)
    def whole_job(self, number: str) -> None:
        """From the order to the close, so that the far states are reached whatever else happens."""
        self.send(number, "dispatcher", ["east_car_2"])
        self.go_on(number, 0, 4, True)

    @rule(number=incidents, pick=st.integers(0, 3), steps=st.sampled_from([4, 3, 2, 1]), close=st.booleans())
    def go_on(self, number: str, pick: int, steps: int, close: bool) -> None:
        """A crew that does its work, so that the far states are reached too."""
        orders = list(
            Assignment.objects.filter(incident__number=number, step__in=ACTIVE_STEPS).order_by("id")
        )
        for verb in ["accept", "depart", "arrive", "report"][:steps] if orders else []:
            order = orders[pick % len(orders)].pk
            self.act(
                lambda order=order, verb=verb: assignment_advance(
                    actor=self.world.dispatcher, number=number, assignment=order, verb=verb
                )
            )
        if close:
            self.end("dispatcher", number, "close")

    @rule(number=incidents, who=st.sampled_from(PEOPLE))
    def note(self, number: str, who: str) -> None:
        self.act(lambda: incident_note(actor=self.who(who), number=number, text="More people come"))

    @rule(number=incidents, who=st.sampled_from(["dispatcher", "watch", "east_commander", "east_officer"]))
    def take_over(self, number: str, who: str) -> None:
        if who in {"east_commander", "watch"}:
            self.act(
                lambda: escalation_snooze(actor=self.who(who), number=number, minutes=5, reason="Called")
            )
        self.take_it_over(who, number)

    def take_it_over(self, who: str, number: str) -> None:
        self.act(lambda: escalation_take_over(actor=self.who(who), number=number))

    @rule(unit=st.sampled_from(UNITS), on_duty=st.booleans())
    def duty(self, unit: str, on_duty: bool) -> None:
        self.act(lambda: unit_set_duty(actor=self.world.dispatcher, unit=self.who(unit).pk, on_duty=on_duty))

    @rule(
        unit=st.sampled_from(UNITS),
        who=st.sampled_from(PEOPLE),
        lon=st.sampled_from([117.87, 117.93]),
        ago=st.integers(0, 5),
    )
    def drive(self, unit: str, who: str, lon: float, ago: int) -> None:
        row = Unit.objects.get(pk=self.who(unit).pk)
        at = self.now - timedelta(seconds=ago)
        self.act(lambda: unit_place(actor=self.who(who), unit=row, lat=36.5, lon=lon, at=at))

    @rule(seconds=st.sampled_from([61, 31, 125, 400, 5000]), owner=st.sampled_from(["watch", None]))
    def time_passes(self, seconds: int, owner: str | None) -> None:
        self.now += timedelta(seconds=seconds)
        swept = self.act(timers_sweep)
        assert not swept.failed
        assert not Timer.objects.filter(state=Timer.State.PENDING, due_at__lte=self.now).exists()
        escalated = Incident.objects.exclude(escalation=None).order_by("id").first()
        if owner and escalated:
            self.take_it_over(owner, escalated.number)


@pytest.fixture
def machine(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> type[Dispatching]:
    """The machine on a world whose every stage has limits; what it would send is kept."""
    for policy in Policy.objects.all():
        PolicyStep.objects.bulk_create(
            PolicyStep(policy=policy, stage=stage, seconds=60 * level, level=level)
            for stage in (Stage.NOT_DEPARTED, Stage.NOT_ARRIVED, Stage.NOT_REPORTED)
            for level in (1, 3)
        )
    forget_all()
    Dispatching.world, Dispatching.sent, Dispatching.seen = world, [], set()
    monkeypatch.setattr(live, "_send", Dispatching.sent.append)
    return Dispatching


def test_any_interleaving(machine: type[Dispatching]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"unit.dispatched", "escalation.raised", "wrong_state"} <= machine.seen


def test_one_night_meets_every_kind_of_act(machine: type[Dispatching]) -> None:
    """The same invariants along a written story, so that no kind of act depends on what chance comes by."""
    night = machine()
    invariants = [night.boards_are_true, night.timelines_have_no_gap, night.one_clock_per_incident,
                  night.a_unit_is_where_its_order_says, night.an_escalation_has_one_life]  # fmt: skip
    first, second, third = (
        night._file("dispatcher", kind, place)
        for kind, place in (("fight", IN_EAST), ("theft", IN_EAST), ("noise", IN_SOUTH))
    )
    acts = [
        lambda: night.time_passes(31, None),
        lambda: night.take_over(first, "east_commander"),
        lambda: night.claim(first, "east_officer", "east_car"),
        lambda: night.send(second, "guard", ["east_car_2"]),
        lambda: night.send(second, "dispatcher", ["east_car_2", "east_foot"]),
        lambda: night.shift_work(second, "dispatcher", "pull", "yes"),
        lambda: night.shift_work(first, "east_officer", "reinforce", "yes"),
        lambda: night.send(third, "dispatcher", ["south_car"]),
        lambda: night.go_on(third, 0, 4, True),
        lambda: night.step(second, "dispatcher", "release", 0),
        lambda: night.shift_work(second, "dispatcher", "hand over", "yes"),
        lambda: night.shift_work(second, "dispatcher", "split", "none"),
        lambda: night.time_passes(5000, None),
        lambda: night.end("dispatcher", third, "close"),
        lambda: night.shift_work(second, "dispatcher", "merge", "none"),
        lambda: night.call_off(first, ["cancel", "reopen", "cancel"]),
    ]
    for act in acts:
        act()
        for holds in invariants:
            holds()
    night.teardown()
    assert machine.seen >= MET, f"never came by {MET - machine.seen}"
