"""timers_sweep: what comes due is fired once, in order, by whoever is there."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Event
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.db.models import Count

from boshan_police.kernel import clock
from dispatch.lifecycle import Level, Stage
from dispatch.models import Assignment, Escalation, Incident, Notice, Sweep, TimelineEntry, Timer
from dispatch.services import timer as sweeper
from dispatch.services.assignment import assignment_advance
from dispatch.services.timer import timers_sweep
from grid.models import User
from tests.world import OUTSIDE

from .conftest import codes, pending

File = Callable[..., Incident]
Send = Callable[..., Assignment]
Clock = Callable[[datetime], datetime]


@contextmanager
def held(incident: Incident) -> Iterator[None]:
    """Another connection holds the incident's lock while the block runs."""
    locked, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
                locked.set()
                done.wait(timeout=30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        try:
            assert locked.wait(timeout=30)
            yield
        finally:
            done.set()
        holder.result()


def test_nothing_is_fired_before_its_moment(file: File, clock_at: Clock) -> None:
    incident = file()
    clock_at(incident.limit_at - timedelta(microseconds=1))
    assert timers_sweep().fired == 0
    assert codes(incident) == ["incident.filed"]
    clock_at(incident.limit_at)
    assert timers_sweep().fired == 1


def test_a_due_timer_tells_its_level_and_plants_the_next(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    incident = file()
    since = incident.stage_since
    now = clock_at(since + timedelta(seconds=31))
    swept = timers_sweep()
    assert (swept.fired, swept.latest, swept.failed) == (1, 1.0, set())
    assert codes(incident)[-1] == "escalation.raised"
    entry = incident.timeline.get(version=incident.version)
    assert (entry.actor, entry.actor_name) == (None, "")
    assert entry.data == {"level": 1, "stage": "unclaimed", "seconds": 31}
    fired = incident.timers.get(step=1)
    assert (fired.state, fired.done_at) == ("fired", now)
    following = pending(incident)
    assert following is not None
    assert (following.step, following.level, following.due_at) == (2, 2, since + timedelta(seconds=60))
    escalation = incident.escalation
    assert (escalation.level, escalation.raised_at, escalation.owner) == (1, now, None)
    assert (escalation.next_level, escalation.next_at) == (2, following.due_at)
    assert [notice.recipient for notice in escalation.notices.all()] == [world.east_commander]


def test_it_rises_level_by_level_and_then_stops(file: File, clock_at: Clock) -> None:
    incident = file()
    since = incident.stage_since
    for seconds in (30, 60, 120, 500):
        clock_at(since + timedelta(seconds=seconds))
        timers_sweep()
    raised = incident.timeline.filter(code="escalation.raised").order_by("version")
    assert [(entry.data["level"], entry.data["seconds"]) for entry in raised] == [(1, 30), (2, 60), (3, 120)]
    assert (Escalation.objects.count(), pending(incident)) == (1, None)
    incident.refresh_from_db()
    assert (incident.escalation.level, incident.escalation.next_level) == (Level.WATCH_COMMANDER, None)
    assert set(Notice.objects.values_list("recipient__username", flat=True)) == {
        "east_commander",
        "dispatcher",
        "watch",
    }


def test_one_sweep_late_by_two_steps_fires_both(file: File, clock_at: Clock) -> None:
    incident = file()
    clock_at(incident.stage_since + timedelta(seconds=61))
    assert timers_sweep().fired == 2
    assert codes(incident).count("escalation.raised") == 2


def test_sooner_due_is_sooner_fired(file: File, clock_at: Clock) -> None:
    start = clock.now()
    order = []
    for offset in (20, 0, 10, 30):
        clock_at(start + timedelta(seconds=offset))
        order.append((offset, file().pk))
    clock_at(start + timedelta(seconds=59))  # 30 s after the first three were filed, not after the last
    assert timers_sweep().fired == 3
    raised = TimelineEntry.objects.filter(code="escalation.raised").order_by("id")
    assert [entry.incident_id for entry in raised] == [pk for offset, pk in sorted(order) if offset < 30]


def test_more_than_a_batch(file: File, clock_at: Clock) -> None:
    incidents = [file() for _ in range(sweeper.BATCH * 2 + 3)]
    clock_at(clock.now() + timedelta(seconds=31))
    assert timers_sweep().fired == len(incidents)
    assert Notice.objects.count() == len(incidents)


# --- Fenced off -----------------------------------------------------------------------------------------


def test_a_timer_of_an_older_generation_never_fires(file: File, clock_at: Clock) -> None:
    incident = file()
    Incident.objects.filter(pk=incident.pk).update(generation=2)  # as if its cancelling had been lost
    clock_at(incident.limit_at)
    assert timers_sweep().fired == 0
    assert incident.timers.get().state == "cancelled"
    assert codes(incident) == ["incident.filed"]


def test_a_timer_of_an_ended_incident_never_fires(file: File, clock_at: Clock) -> None:
    incident = file()
    Incident.objects.filter(pk=incident.pk).update(status="closed", stage="")
    clock_at(incident.limit_at)
    assert timers_sweep().fired == 0
    assert incident.timers.get().state == "cancelled"
    assert not Notice.objects.exists()


def test_a_step_forward_ends_the_escalation_and_its_timers(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    order = send(incident)
    clock_at(clock.now() + timedelta(seconds=31))
    timers_sweep()
    now = clock_at(clock.now() + timedelta(seconds=1))
    assignment_advance(actor=world.east_officer, number=incident.number, assignment=order.pk, verb="accept")
    assert codes(incident)[-2:] == ["unit.accepted", "escalation.ended"]
    assert (incident.escalation, pending(incident)) == (None, None)
    assert Escalation.objects.get().ended_at == now
    clock_at(now + timedelta(minutes=5))
    assert timers_sweep().fired == 0


# --- Too late, and to nobody --------------------------------------------------------------------------


def test_at_sixty_minutes_it_still_fires(file: File, clock_at: Clock) -> None:
    incident = file()
    incident.timers.update(due_at=incident.stage_since)
    clock_at(incident.stage_since + timedelta(minutes=60))
    timers_sweep()
    assert incident.timers.get(step=1).state == "fired"


def test_later_than_sixty_minutes_is_recorded_and_the_steps_in_time_go_on(
    file: File, clock_at: Clock
) -> None:
    incident = file()
    clock_at(incident.limit_at + timedelta(minutes=60, seconds=1))
    swept = timers_sweep()
    assert incident.timers.get(step=1).state == "expired"
    assert codes(incident)[1] == "escalation.expired"
    assert incident.timeline.get(version=2).data == {"minutes": 60}
    assert swept.fired == 2  # 60 s and 120 s, just in time
    assert set(Notice.objects.values_list("timer__step", flat=True)) == {2, 3}


def test_all_too_late_tells_nobody_and_says_so(file: File, clock_at: Clock) -> None:
    incident = file()
    clock_at(incident.stage_since + timedelta(hours=3))
    assert timers_sweep().fired == 0
    assert codes(incident)[1:] == ["escalation.expired"] * 3 + ["escalation.exhausted"]
    assert (pending(incident), incident.escalation) == (None, None)
    assert not Notice.objects.exists()


def test_a_level_without_people_is_passed_over_at_once_and_said(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    incident = file(**OUTSIDE)  # no station, so no station commander
    now = clock_at(incident.limit_at)
    swept = timers_sweep()
    assert swept.fired == 1
    assert codes(incident)[-2:] == ["escalation.skipped", "escalation.raised"]
    assert incident.timers.get(step=1).state == "skipped"
    assert incident.timers.get(step=2).due_at == now
    assert [notice.recipient for notice in Notice.objects.all()] == [world.dispatcher]
    following = pending(incident)
    assert following is not None
    assert following.due_at == incident.stage_since + timedelta(seconds=120)


def test_people_without_an_active_account_are_nobody(file: File, clock_at: Clock) -> None:
    User.objects.update(is_active=False)
    incident = file()
    User.objects.filter(username="watch").update(is_active=True)
    clock_at(incident.limit_at)
    timers_sweep()
    assert codes(incident)[-3:] == ["escalation.skipped", "escalation.skipped", "escalation.raised"]
    assert [notice.recipient.username for notice in Notice.objects.all()] == ["watch"]


def test_nobody_at_any_level_is_said_once(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    User.objects.update(is_active=False)
    clock_at(incident.limit_at)
    assert timers_sweep().fired == 0
    assert codes(incident)[1:] == ["escalation.skipped"] * 3 + ["escalation.exhausted"]
    assert pending(incident) is None


def test_recipients_are_those_of_this_moment(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    world.east_officer_2.role = "station_commander"
    world.east_officer_2.save()
    clock_at(incident.limit_at)
    timers_sweep()
    told = Notice.objects.order_by("recipient__username").values_list("recipient__username", flat=True)
    assert list(told) == ["east_commander", "east_officer_2"]


# --- Several sweepers, and what disturbs them -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_double_nothing(world: SimpleNamespace, file: File) -> None:
    count = 60
    for _ in range(count):
        file()
    Timer.objects.update(due_at=clock.now())
    barrier = Barrier(2)

    def sweep(_: int) -> int:
        try:
            barrier.wait(timeout=30)
            return timers_sweep().fired
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        fired = sum(pool.map(sweep, range(2)))
    assert fired == count
    assert Timer.objects.filter(step=1, state="fired").count() == count
    assert TimelineEntry.objects.filter(code="escalation.raised").count() == count
    assert {row["n"] for row in Notice.objects.values("timer").annotate(n=Count("id"))} == {1}
    assert Notice.objects.count() == count
    for incident in Incident.objects.all():
        codes(incident)


@pytest.mark.django_db(transaction=True)
def test_a_locked_incident_holds_nobody_else_up_and_is_not_forgotten(file: File) -> None:
    busy, free = file(), file()
    Timer.objects.update(due_at=clock.now())
    with held(busy):
        assert timers_sweep().fired == 1
        assert codes(free)[-1] == "escalation.raised"
        assert busy.timers.get().state == "pending"
    assert timers_sweep().fired == 1
    assert codes(busy)[-1] == "escalation.raised"


def test_it_waits_for_what_comes_due_while_it_lasts(file: File) -> None:
    incident = file()
    Timer.objects.update(due_at=clock.now() + timedelta(seconds=0.3))
    swept = timers_sweep(seconds=20)  # the next step is a minute away: it ends without waiting for that
    assert swept.fired == 1
    fired = incident.timers.get(step=1)
    assert fired.done_at >= fired.due_at


def test_a_wall_clock_set_back_does_not_make_a_sweep_sleep(file: File, clock_at: Clock) -> None:
    file()
    clock_at(clock.now() - timedelta(hours=1))
    began = time.monotonic()
    assert timers_sweep(seconds=0.2).fired == 0
    assert time.monotonic() - began < 30
    assert Sweep.objects.get().at == clock.now()


def test_a_timer_that_can_not_be_fired_holds_no_other_up(
    file: File, clock_at: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = file(), file()
    raise_it = sweeper.escalation_raise

    def fail(act: sweeper.Act, timer: Timer, people: list[User]) -> None:
        if act.incident.pk == broken.pk:
            raise ValueError("spoilt by hand")
        raise_it(act, timer, people)

    monkeypatch.setattr(sweeper, "escalation_raise", fail)
    clock_at(clock.now() + timedelta(seconds=31))
    with caplog.at_level(logging.ERROR, logger=sweeper.__name__):
        swept = timers_sweep()
    key = broken.timers.get().pk
    assert (swept.fired, swept.failed) == (1, {key})
    assert f"timer {key} can't be fired" in caplog.text
    assert broken.timers.get().state == "pending"  # the health page shows its age
    assert codes(broken) == ["incident.filed"]
    assert codes(sound)[-1] == "escalation.raised"


def test_every_sweep_says_that_it_lives(world: SimpleNamespace, clock_at: Clock) -> None:
    for _ in range(2):
        now = clock_at(clock.now() + timedelta(seconds=1))
        timers_sweep()
        assert Sweep.objects.get(name="timers").at == now


def test_a_stage_of_its_own_policy(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock, limits: Callable[..., None]
) -> None:
    limits(Stage.NOT_ARRIVED, (600, 2))
    incident = file()
    send(incident, "accept", "depart")
    clock_at(clock.now() + timedelta(seconds=601))
    assert timers_sweep().fired == 1
    entry = incident.timeline.get(code="escalation.raised")
    assert (entry.data["stage"], entry.data["level"]) == ("not_arrived", 2)
    assert [notice.recipient for notice in Notice.objects.all()] == [world.dispatcher]
