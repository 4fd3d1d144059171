"""The stage clock: when it starts anew, what it plants, what it cancels."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from dispatch.lifecycle import Stage
from dispatch.models import Assignment, Incident, Timer
from dispatch.services.assignment import assignment_advance
from dispatch.services.incident import (
    incident_cancel,
    incident_close,
    incident_note,
    incident_reopen,
)
from tests.world import OUTSIDE

from .conftest import pending

File = Callable[..., Incident]
Send = Callable[..., Assignment]
Clock = Callable[[datetime], datetime]
Limits = Callable[..., None]
AFTER = {Stage.NOT_DEPARTED: 90, Stage.NOT_ARRIVED: 600, Stage.NOT_REPORTED: 1800}


@pytest.fixture
def all_limits(limits: Limits) -> None:
    for stage, seconds in AFTER.items():
        limits(stage, (seconds, 1), (2 * seconds, 3))


@pytest.mark.usefixtures("all_limits")
def test_each_stage_has_its_timer_and_a_generation_of_its_own(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    order = send(incident)
    generation = 2
    for verb, stage in zip(("accept", "depart", "arrive"), AFTER, strict=True):
        now = clock_at(clock.now() + timedelta(seconds=7))
        assignment_advance(actor=world.east_officer, number=incident.number, assignment=order.pk, verb=verb)
        generation += 1
        incident.refresh_from_db()
        timer = pending(incident)
        assert timer is not None
        assert (incident.stage, incident.stage_since, incident.generation) == (stage, now, generation)
        assert (timer.generation, timer.stage, timer.step, timer.level) == (generation, stage, 1, 1)
        assert timer.due_at == incident.limit_at == now + timedelta(seconds=AFTER[stage])
    states = incident.timers.order_by("generation").values_list("generation", "state")
    assert list(states) == [*((earlier, "cancelled") for earlier in range(1, 5)), (5, "pending")]


@pytest.mark.usefixtures("all_limits")
@pytest.mark.parametrize("end", ["report", "cancel"])
def test_no_clock_runs_once_reported_back_or_ended(
    world: SimpleNamespace, file: File, send: Send, end: str
) -> None:
    incident = file()
    order = send(incident, "accept", "depart", "arrive")
    if end == "cancel":
        incident_cancel(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    else:
        assignment_advance(actor=world.dispatcher, number=incident.number, assignment=order.pk, verb=end)
    incident.refresh_from_db()
    assert (incident.stage, incident.stage_since, incident.limit_at) == ("", None, None)
    assert pending(incident) is None
    assert set(incident.timers.values_list("state", flat=True)) == {"cancelled"}


def test_a_cancelled_timer_says_when(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    now = clock_at(clock.now() + timedelta(seconds=5))
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    assert incident.timers.get().done_at == now


def test_a_stage_without_a_limit_has_no_timer(file: File, send: Send) -> None:
    incident = file(category="noise", priority=3)
    assert (incident.stage, incident.limit_at, pending(incident)) == (Stage.UNCLAIMED, None, None)
    send(incident, "accept")
    incident.refresh_from_db()
    assert (incident.stage, incident.limit_at, incident.generation) == (Stage.NOT_DEPARTED, None, 3)


def test_what_is_no_step_forward_leaves_the_clock_alone(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    send(incident, "accept")
    incident.refresh_from_db()
    before = (incident.stage_since, incident.generation)
    clock_at(clock.now() + timedelta(seconds=30))
    incident_note(actor=world.dispatcher, number=incident.number, text="One is hurt")
    send(incident, "accept", unit=world.east_car_2)
    incident.refresh_from_db()
    assert (incident.stage_since, incident.generation) == before


def test_the_clock_of_a_reopened_incident_is_none_of_its_former_ones(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file()
    send(incident, "accept", "depart", "arrive", "report")
    incident_close(actor=world.dispatcher, number=incident.number)
    incident_reopen(actor=world.dispatcher, number=incident.number, reason="It goes on")
    incident.refresh_from_db()
    generations = list(incident.timers.values_list("generation", flat=True))
    assert incident.generation == max(generations)
    assert len(set(generations)) == len(generations)


def test_a_replayed_report_of_last_month_plants_nothing_that_would_fire_now(
    file: File, clock_at: Clock
) -> None:
    clock_at(datetime.now(UTC) - timedelta(days=30))
    incident = file(**OUTSIDE)
    assert (incident.stage, incident.timers.count()) == (Stage.UNCLAIMED, 0)
    assert incident.limit_at is not None  # the board of that day shows its limit all the same


def test_of_a_report_an_hour_old_only_the_steps_still_in_time_are_planted(
    file: File, clock_at: Clock
) -> None:
    at = clock_at(datetime.now(UTC) - timedelta(minutes=60, seconds=45))
    incident = file()
    timer = pending(incident)
    assert timer is not None
    assert (timer.step, timer.due_at) == (2, at + timedelta(seconds=60))
    assert Timer.objects.count() == 1
