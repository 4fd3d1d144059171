"""The board of a past instant is the board that was there: whatever happened, row by row, for every scope."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.rendering import to_json
from dispatch.models import Incident, Notice, TimelineEntry
from dispatch.selectors import board
from dispatch.selectors.rewind import board_at
from dispatch.services.act import act_on
from dispatch.services.assignment import assignment_advance
from dispatch.services.escalation import notice_see
from dispatch.services.timer import timers_sweep
from grid.access import scope_of
from patrol.models import Device, TrackPoint, Unit, UnitState
from patrol.services.position import Report, positions_take
from patrol.services.unit import unit_set_duty
from patrol.services.unit_state import unit_states_drop
from tests.dispatch.test_state_machine import Dispatching, machine
from tests.world import EAST, IN_EAST, IN_SOUTH

LOOKERS = ["watch", "east_commander", "south_commander", "guard"]
__all__ = ["machine"]
KEYS = ("incidents", "units", "notices", "scope")
Clock = Callable[[datetime], datetime]


def shown(user: Any) -> dict[str, Any]:
    """What `/api/board/` answers `user` now, as JSON."""
    fresh = board.snapshot(user, scope_of(user), redis=True)
    return {key: value for key, value in json.loads(to_json(fresh)).items() if key in KEYS}


def past(user: Any, at: datetime) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(board_at(user, at)))
    assert found["unknown"] == []
    assert found["health"] is None
    return {key: value for key, value in found.items() if key in KEYS}


class Remembering(Dispatching):
    """The state machine of all services, which writes down what every viewer saw after each act and compares in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.saw: list[tuple[datetime, str, dict[str, Any]]] = []
        self.look()

    def act(self, call: Callable[[], Any]) -> Any:
        found = super().act(call)
        self.look()
        return found

    def look(self) -> None:
        with clock.at(self.now):
            self.saw += [(self.now, name, shown(self.who(name))) for name in LOOKERS]

    def teardown(self) -> None:
        with clock.at(self.now + timedelta(seconds=1)):
            for at, name, saw in self.saw[:: max(1, len(self.saw) // 80)]:
                then = past(self.who(name), at)
                for key in KEYS:
                    assert then[key] == saw[key], (name, key, at)
        super().teardown()


@pytest.fixture
def remembering(machine: type[Dispatching]) -> type[Remembering]:
    """The machine itself shares its world and what it would send with those who are it."""
    return Remembering


def test_any_night_is_seen_again_as_it_was(remembering: type[Remembering]) -> None:
    run_state_machine_as_test(
        remembering,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_night_of_the_whole_work_is_seen_again(remembering: type[Remembering]) -> None:
    """Every kind of act that changes a row, in one story, so that none depends on what chance comes by."""
    night = remembering()
    first, second, third = (
        night._file("dispatcher", kind, place)
        for kind, place in (("fight", IN_EAST), ("theft", IN_EAST), ("noise", IN_SOUTH))
    )
    acts = [
        lambda: night.time_passes(61, None),
        lambda: night.act(lambda: notice_see(actor=night.world.east_commander, number=first)),
        lambda: night.take_over(first, "watch"),  # put off, then taken over
        lambda: night.whole_job(third),
        lambda: night.claim(first, "east_officer", "east_car"),
        lambda: night.claim(second, "east_officer", None),  # in person
        lambda: night.send(second, "dispatcher", ["east_foot", "squadron"]),
        lambda: night.drive("east_foot", "dispatcher", 117.93, 3),
        lambda: night.shift_work(second, "dispatcher", "pull", "yes"),
        lambda: night.shift_work(first, "dispatcher", "reinforce", "yes"),
        lambda: night.shift_work(second, "dispatcher", "hand over", "none"),
        lambda: night.shift_work(second, "dispatcher", "split", "yes"),
        lambda: night.time_passes(5000, "watch"),
        lambda: night.shift_work(first, "dispatcher", "hand over", "yes"),
        lambda: night.shift_work(second, "dispatcher", "merge", "none"),
        lambda: night.call_off(first, ["cancel", "reopen", "cancel"]),
        lambda: night.duty("south_foot", False),
        lambda: night.duty("south_foot", True),
    ]
    for act in acts:
        act()
    night.teardown()
    assert {"incident.closed", "escalation.snoozed", "escalation.taken_over", "handover.accepted", "unit.preempted",
            "incident.merged", "incident.split", "incident.reopened", "reinforcement.asked"} <= remembering.seen  # fmt: skip


# --- what the state machine does not come by ------------------------------------------------------------------


@pytest.fixture
def story(world: SimpleNamespace) -> SimpleNamespace:
    """A clock that a test moves on: `story.at(seconds)` is that long after the world began."""
    began = clock.now()
    return SimpleNamespace(at=lambda seconds: began + timedelta(seconds=seconds))


def row_at(user: Any, at: datetime, number: str) -> dict[str, Any]:
    (row,) = [row for row in past(user, at)["incidents"] if row["number"] == number]
    return row


def unit_at(user: Any, at: datetime, unit: Unit) -> dict[str, Any]:
    (row,) = [row for row in past(user, at)["units"] if row["id"] == unit.pk]
    return row


def test_positions_of_devices_are_those_of_then(world: SimpleNamespace, story: SimpleNamespace) -> None:
    Device.objects.create(identifier="radio", unit=world.east_car)
    for seconds, lon in ((10, 117.8801), (20, 117.8802), (30, 117.8803)):
        with clock.at(story.at(seconds)):
            positions_take(actor=world.dispatcher, reports=[Report("radio", story.at(seconds), 36.50, lon)])
            saw = shown(world.dispatcher)["units"]
        with clock.at(story.at(60)):
            then = past(world.dispatcher, story.at(seconds))["units"]
        # how many batches there were is not kept, all the rest is
        assert [{**row, "version": 0} for row in then] == [{**row, "version": 0} for row in saw]
    with clock.at(story.at(60)):
        assert unit_at(world.dispatcher, story.at(25), world.east_car)["lon"] == 117.8802
        assert unit_at(world.dispatcher, story.at(25), world.east_car)["version"] is None
        assert unit_at(world.dispatcher, story.at(5), world.east_car)["lon"] == 117.88


def test_a_point_that_never_moved_the_unit_is_not_shown(
    world: SimpleNamespace, story: SimpleNamespace
) -> None:
    Device.objects.create(identifier="radio", unit=world.east_car)
    with clock.at(story.at(60)):
        positions_take(actor=world.dispatcher, reports=[Report("radio", story.at(50), 36.50, 117.8805)])
        positions_take(actor=world.dispatcher, reports=[Report("radio", story.at(40), 36.50, 117.8804)])
        assert TrackPoint.objects.filter(flag=TrackPoint.Flag.LATE).exists()
        assert unit_at(world.dispatcher, story.at(45), world.east_car)["lon"] == 117.88


def test_off_duty_nobody_was_anywhere(world: SimpleNamespace, story: SimpleNamespace) -> None:
    Device.objects.create(identifier="radio", unit=world.east_car)
    with clock.at(story.at(10)):
        positions_take(actor=world.dispatcher, reports=[Report("radio", story.at(10), 36.50, 117.8801)])
    for seconds, on_duty in ((20, False), (30, True)):
        with clock.at(story.at(seconds)):
            unit_set_duty(actor=world.dispatcher, unit=world.east_car.pk, on_duty=on_duty)
    with clock.at(story.at(60)):
        for seconds, status, lon in ((15, "free", 117.8801), (25, "off_duty", None), (35, "free", None)):
            row = unit_at(world.dispatcher, story.at(seconds), world.east_car)
            assert (row["status"], row["lon"]) == (status, lon), seconds


def test_a_step_told_late_is_shown_from_when_it_was_told(
    world: SimpleNamespace, story: SimpleNamespace, file: Callable[..., Incident], send: Callable[..., Any]
) -> None:
    with clock.at(story.at(10)):
        incident = file()
        order = send(incident, "accept")
    with clock.at(story.at(100)):
        assignment_advance(
            actor=world.east_officer,
            number=incident.number,
            assignment=order.pk,
            verb="depart",
            at=story.at(40),
        )
    with clock.at(story.at(200)):
        assert row_at(world.dispatcher, story.at(60), incident.number)["status"] == "accepted"
        row = row_at(world.dispatcher, story.at(100), incident.number)
    assert row["status"] == "en_route"
    assert row["assignments"][0]["at"] == to_json(story.at(40)).decode().strip('"')


def test_what_seldom_changes_is_shown_as_it_was(
    world: SimpleNamespace, story: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    with clock.at(story.at(10)):
        number = file(summary="A row").number
        first = shown(world.dispatcher)
    changes = [
        {"summary": "A fight", "priority": 2, "grid": world.east_grid_2},
        {"summary": "A fight with knives", "category": world.theft, "lat": 36.53},
    ]
    for seconds, change in zip((20, 30), changes, strict=True):
        with clock.at(story.at(seconds)), act_on(number, actor=world.dispatcher) as act:
            for name, value in change.items():
                setattr(act.incident, name, value)
            act.say("incident.note", {"text": "Corrected"})
    with clock.at(story.at(60)):
        assert past(world.dispatcher, story.at(10))["incidents"] == first["incidents"]
        between = row_at(world.dispatcher, story.at(25), number)
        last = shown(world.dispatcher)
        assert past(world.dispatcher, story.at(60))["incidents"] == last["incidents"]
    assert (between["summary"], between["priority"], between["category"]) == ("A fight", 2, "fight")
    assert between["grid"] == world.east_grid_2.code


def test_before_the_rows_were_kept_it_says_so(
    world: SimpleNamespace, story: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    """An incident of before this was installed: open then, but nobody knows how it stood."""
    with clock.at(story.at(10)):
        number = file().number
        other = file(**IN_SOUTH).number
    with pgtrigger.ignore("dispatch.TimelineEntry:append_only"):  # as an earlier version left it
        TimelineEntry.objects.filter(incident__number__in=[number, other]).update(board=None)
    with clock.at(story.at(20)):
        assert board_at(world.dispatcher, story.at(15))["unknown"] == [number, other]
        found = board_at(world.east_commander, story.at(15))
    assert found["unknown"] == [number]
    (row,) = found["incidents"]
    assert (row["number"], row["status"], row["stage"], row["assignments"]) == (number, None, "", [])


def test_nobody_looks_ahead_or_further_back_than_is_kept(
    world: SimpleNamespace, settings: Any, clock_at: Clock
) -> None:
    now = clock_at(clock.now())
    settings.POSITION_RETENTION_DAYS = 3
    for at, code in (
        (now + timedelta(seconds=1), "in_the_future"),
        (now - timedelta(days=3, seconds=1), "not_kept"),
    ):
        with pytest.raises(Invalid) as caught:
            board_at(world.dispatcher, at)
        assert (caught.value.code, caught.value.field) == (code, "at")
    assert board_at(world.dispatcher, now - timedelta(days=3))["incidents"] == []


def test_what_rang_is_silent_once_it_was_answered(
    world: SimpleNamespace, story: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    with clock.at(story.at(0)):
        number = file().number
    with clock.at(story.at(31)):
        timers_sweep()
    assert Notice.objects.filter(recipient=world.east_commander).exists()
    with clock.at(story.at(45)):
        notice_see(actor=world.east_commander, number=number)
    with clock.at(story.at(60)):
        rang = [past(world.east_commander, story.at(seconds))["notices"] for seconds in (30, 31, 44, 45)]
    assert rang == [[], [number], [number], []]


def test_old_states_go_with_the_positions_but_for_the_last(
    world: SimpleNamespace, settings: Any, story: SimpleNamespace
) -> None:
    settings.POSITION_RETENTION_DAYS = 1
    for seconds, on_duty in ((10, False), (20, True), (30, False)):
        with clock.at(story.at(seconds)):
            unit_set_duty(actor=world.dispatcher, unit=world.east_car.pk, on_duty=on_duty)
    before = UnitState.objects.filter(unit=world.east_car).count()
    with clock.at(story.at(25) + timedelta(days=1)):
        assert unit_states_drop() > 0
        kept = UnitState.objects.filter(unit=world.east_car).order_by("id")
        assert [state.status for state in kept][0] == "free"  # what it was when the history begins
        assert kept.last().status == "off_duty"
        assert kept.count() < before
        assert unit_states_drop() == 0


def test_moving_costs_no_state(world: SimpleNamespace, story: SimpleNamespace) -> None:
    Device.objects.create(identifier="radio", unit=world.east_car)
    before = UnitState.objects.count()
    with clock.at(story.at(10)):
        positions_take(actor=world.dispatcher, reports=[Report("radio", story.at(10), 36.5, 117.8801)])
    assert UnitState.objects.count() == before


@pytest.mark.parametrize(("who", "most"), [("dispatcher", 5), ("east_commander", 6), ("guard", 6)])
def test_queries(
    world: SimpleNamespace, file: Callable[..., Incident], send: Callable[..., Any], who: str, most: int
) -> None:
    for unit in (world.east_car, world.east_car_2, world.south_car):
        send(file(), "accept", "depart", unit=unit)
    with CaptureQueriesContext(connection) as queries:
        found = board_at(getattr(world, who), clock.now())
    assert len(queries) == most
    assert bool(found["incidents"]) == (who != "guard")


def test_a_station_sees_its_own_of_then(
    world: SimpleNamespace, file: Callable[..., Incident], send: Callable[..., Any], story: SimpleNamespace
) -> None:
    """South's car helped in the East for a while: on South's board only as long."""
    with clock.at(story.at(10)):
        incident = file()
        order = send(incident, unit=world.south_car)
    with clock.at(story.at(20)):
        assignment_advance(
            actor=world.dispatcher,
            number=incident.number,
            assignment=order.pk,
            verb="release",
            outcome="Back",
        )
    with clock.at(story.at(30)):
        saw = [
            [row["number"] for row in past(world.south_commander, story.at(seconds))["incidents"]]
            for seconds in (9, 15, 25)
        ]
        assert saw == [[], [incident.number], []]
        assert {row["organisation"] for row in past(world.east_commander, story.at(15))["units"]} >= {EAST}
