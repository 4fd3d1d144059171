"""escalation_snooze, and the repetition until somebody takes it over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import Stage
from dispatch.models import Incident, Notice, Policy, Timer
from dispatch.selectors.board import incident_row, unseen_notices
from dispatch.selectors.incident import incident_verbs
from dispatch.services.escalation import escalation_snooze, escalation_take_over, notice_see
from dispatch.services.incident import incident_cancel
from dispatch.services.timer import timers_sweep
from grid.models import Duty, User

from .conftest import codes, pending, refused

File = Callable[..., Incident]
Clock = Callable[[datetime], datetime]


@pytest.fixture
def escalated(world: SimpleNamespace, file: File, clock_at: Clock) -> Incident:
    """Unclaimed for 31 s: the station's commander is told; the centre's turn is 29 s off."""
    incident = file()
    clock_at(incident.stage_since + timedelta(seconds=31))
    timers_sweep()
    incident.refresh_from_db()
    return incident


def snooze(actor: object, incident: Incident, minutes: int = 10, reason: str = "On the phone") -> Incident:
    return escalation_snooze(actor=actor, number=incident.number, minutes=minutes, reason=reason)  # type: ignore[arg-type]


def test_every_later_step_moves_with_it(world: SimpleNamespace, escalated: Incident, clock_at: Clock) -> None:
    until = clock.now() + timedelta(minutes=10)
    snooze(world.east_commander, escalated)
    row = incident_row(escalated.pk)["escalation"]
    assert (row["snoozed_until"], row["next_at"], row["next_level"]) == (until, until, 2)
    assert codes(escalated)[-1] == "escalation.snoozed"
    assert unseen_notices(world.east_commander) == []
    clock_at(until - timedelta(seconds=1))
    assert timers_sweep().fired == 0
    clock_at(until)
    assert timers_sweep().fired == 1
    assert incident_row(escalated.pk)["escalation"]["snoozed_until"] is None
    third = pending(escalated)
    assert third is not None
    assert (third.level, third.due_at) == (
        3,
        until + timedelta(seconds=60),
    )  # as far from the second as planned


def test_twice_adds_up(world: SimpleNamespace, escalated: Incident, clock_at: Clock) -> None:
    snooze(world.east_commander, escalated)
    clock_at(clock.now() + timedelta(minutes=5))
    snooze(world.watch, escalated, minutes=20)
    waiting = pending(escalated)
    assert waiting is not None
    assert waiting.due_at == clock.now() + timedelta(minutes=20)


def test_with_nobody_left_to_be_told_this_level_is_told_once_more(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    clock_at(escalated.stage_since + timedelta(seconds=121))
    timers_sweep()
    assert pending(escalated) is None
    snooze(world.watch, escalated)
    waiting = pending(escalated)
    assert waiting is not None
    assert (waiting.level, waiting.due_at) == (3, clock.now() + timedelta(minutes=10))
    clock_at(waiting.due_at)
    assert timers_sweep().fired == 1
    assert unseen_notices(world.watch) == [escalated.number]


def test_an_owner_may_put_the_question_off_others_may_not(
    world: SimpleNamespace, escalated: Incident
) -> None:
    escalation_take_over(actor=world.watch, number=escalated.number)
    with refused(Conflict, "already_taken_over", by="赵守一"):
        snooze(world.dispatcher, escalated)
    snooze(world.watch, escalated, minutes=30)
    waiting = pending(escalated)
    assert waiting is not None
    assert waiting.due_at == clock.now() + timedelta(minutes=30)


def test_it_never_brings_the_next_step_forward(
    world: SimpleNamespace,
    file: File,
    limits: Callable[..., None],
    send: Callable[..., object],
    clock_at: Clock,
) -> None:
    limits(Stage.NOT_ARRIVED, (1800, 1), (3600, 2))
    incident = file()
    send(incident, "accept", "depart")
    incident.refresh_from_db()
    since = incident.stage_since
    clock_at(since + timedelta(seconds=1801))
    timers_sweep()
    snooze(world.east_commander, incident, minutes=5)
    waiting = pending(incident)
    assert waiting is not None
    assert waiting.due_at == since + timedelta(seconds=3600)
    row = incident_row(incident.pk)["escalation"]
    assert row["snoozed_until"] == clock.now() + timedelta(minutes=5)
    assert row["next_at"] == since + timedelta(seconds=3600)
    assert unseen_notices(world.east_commander) == []


def test_nobody_silences_those_above(world: SimpleNamespace, escalated: Incident, clock_at: Clock) -> None:
    may = [world.east_commander, world.dispatcher, world.watch]
    for level, seconds in enumerate((31, 61, 121), 1):
        clock_at(escalated.stage_since + timedelta(seconds=seconds))
        timers_sweep()
        incident = Incident.objects.get(pk=escalated.pk)
        assert [incident_verbs(person, incident)["snooze"] for person in may] == [
            rank >= level for rank in (1, 2, 3)
        ]
    for person in may[:2]:
        with refused(Refused, "higher_level", level=3):
            snooze(person, escalated)
    snooze(world.watch, escalated)


def test_no_more_than_an_hour_in_all(world: SimpleNamespace, escalated: Incident, clock_at: Clock) -> None:
    planned = escalated.stage_since + timedelta(seconds=60)
    snooze(world.watch, escalated, minutes=40)
    clock_at(clock.now() + timedelta(minutes=30))
    with refused(Invalid, "snoozed_enough", field="minutes", left=30):
        snooze(world.watch, escalated, minutes=31)
    snooze(world.watch, escalated, minutes=30)
    waiting = pending(escalated)
    assert waiting is not None
    assert waiting.due_at <= planned + timedelta(minutes=60)


def test_refusals(world: SimpleNamespace, file: File, escalated: Incident) -> None:
    with refused(Invalid, "reason_missing", field="reason"):
        snooze(world.watch, escalated, reason=" \n")
    for minutes in (0, -5, 61):
        with refused(Invalid, "minutes_range", field="minutes"):
            snooze(world.watch, escalated, minutes=minutes)
    with refused(NotFound, "not_found"):
        snooze(world.south_commander, escalated)
    calm = file()
    with refused(Conflict, "not_escalated"):
        snooze(world.watch, calm)
    incident_cancel(actor=world.watch, number=calm.number, reason="A hoax")
    with refused(Conflict, "wrong_state"):
        snooze(world.watch, calm)


# --- Repetition -------------------------------------------------------------------------------------------


@pytest.fixture
def repeats(world: SimpleNamespace) -> None:
    Policy.objects.filter(priority=1).update(repeat_seconds=60)
    forget_all()


@pytest.mark.usefixtures("repeats")
def test_the_last_level_is_told_again_until_it_is_taken_over(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    incident = file()
    for seconds in (30, 60, 120):
        clock_at(incident.stage_since + timedelta(seconds=seconds))
        timers_sweep()
    notice_see(actor=world.watch, number=incident.number)
    clock_at(incident.stage_since + timedelta(seconds=180))
    timers_sweep()
    assert unseen_notices(world.watch) == [incident.number]  # it rings again
    assert codes(incident)[-1] == "escalation.repeated"
    escalation_take_over(actor=world.watch, number=incident.number)
    clock_at(incident.stage_since + timedelta(seconds=240))
    assert timers_sweep().fired == 0


@pytest.mark.usefixtures("repeats")
def test_it_goes_on_as_long_as_nobody_acts(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    for seconds in (30, 60, *range(120, 120 + 60 * 15, 60)):
        clock_at(incident.stage_since + timedelta(seconds=seconds))
        timers_sweep()
    assert codes(incident).count("escalation.repeated") == 14
    assert Notice.objects.filter(recipient=world.watch).count() == 15
    assert pending(incident) is not None


def turns(person: User, *hours: tuple[float, float]) -> None:
    """`person` keeps a roster: on duty from and to so many hours from now."""
    for since, until in hours:
        edges = [clock.now() + timedelta(hours=edge) for edge in (since, until)]
        Duty.objects.create(person=person, period=DateTimeTZRange(*edges))


def sweep_at(clock_at: Clock, incident: Incident, *minutes: float) -> None:
    for minute in minutes:
        clock_at(incident.stage_since + timedelta(minutes=minute))
        timers_sweep()


@pytest.mark.usefixtures("repeats")
def test_a_gap_in_the_roster_is_said_once_and_bridged(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    turns(world.watch, (-1, 0.05), (1, 9))  # nobody from minute 3 to minute 60
    incident = file()
    sweep_at(clock_at, incident, 0.5, 1, 2, 3.1, 4.2, 5.3, 59)
    assert codes(incident)[-2:] == ["escalation.skipped", "escalation.waiting"]
    assert codes(incident).count("escalation.waiting") == 1
    assert incident_row(incident.pk)["escalation"]["next_at"] is None
    assert incident.timeline.get(code="escalation.waiting").data["seconds"] == 60
    sweep_at(clock_at, incident, 60.5)
    assert codes(incident)[-1] == "escalation.repeated"
    assert unseen_notices(world.watch) == [incident.number]
    assert incident_row(incident.pk)["escalation"]["next_at"] == clock.now() + timedelta(seconds=60)


@pytest.mark.usefixtures("repeats")
def test_the_last_step_waits_for_somebody_too(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    turns(world.watch, (1, 9))
    incident = file()
    sweep_at(clock_at, incident, 0.5, 1, 2, 3, 4, 5)
    assert codes(incident)[-2:] == ["escalation.skipped", "escalation.waiting"]
    sweep_at(clock_at, incident, 61)
    assert (codes(incident)[-1], unseen_notices(world.watch)) == ("escalation.raised", [incident.number])


@pytest.mark.usefixtures("repeats")
def test_repetition_outlives_an_outage(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    sweep_at(clock_at, incident, 0.5, 1, 2, 182, 183)
    assert codes(incident)[-2:] == ["escalation.expired", "escalation.repeated"]
    calm = file()
    longest_ago = clock.now() - timedelta(days=30)  # all steps too late, by the real clock as well
    Incident.objects.filter(pk=calm.pk).update(stage_since=longest_ago)
    Timer.objects.filter(incident=calm).update(due_at=longest_ago)
    timers_sweep()
    waiting = pending(calm)
    assert waiting is not None
    assert (waiting.step, waiting.level) == (4, 3)


def test_the_question_after_a_take_over_waits_for_somebody(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    turns(world.watch, (1, 9))
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    sweep_at(clock_at, escalated, 6, 12, 18)
    assert codes(escalated)[-2:] == ["escalation.skipped", "escalation.waiting"]
    sweep_at(clock_at, escalated, 62)
    assert (codes(escalated)[-1], unseen_notices(world.watch)) == ("escalation.raised", [escalated.number])
    assert pending(escalated) is None


def test_the_question_after_a_take_over_outlives_an_outage(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    sweep_at(clock_at, escalated, 180, 185)
    assert codes(escalated)[-2:] == ["escalation.expired", "escalation.raised"]
    assert unseen_notices(world.watch) == [escalated.number]
