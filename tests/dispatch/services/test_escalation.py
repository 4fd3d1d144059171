"""escalation_take_over and notice_see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import connection

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, NotFound
from dispatch.models import Assignment, Escalation, Incident, Notice, Timer
from dispatch.selectors.board import unseen_notices
from dispatch.services.escalation import escalation_take_over, notice_see
from dispatch.services.incident import incident_cancel, incident_reopen
from dispatch.services.timer import timers_sweep

from .conftest import changes_nothing, codes, pending, refused

File = Callable[..., Incident]
Clock = Callable[[datetime], datetime]


@pytest.fixture
def escalated(world: SimpleNamespace, file: File, clock_at: Clock) -> Incident:
    """Unclaimed for 31 s: the station's commander is told."""
    incident = file()
    clock_at(incident.stage_since + timedelta(seconds=31))
    timers_sweep()
    incident.refresh_from_db()
    return incident


def test_it_gets_an_owner_and_falls_silent(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    now = clock_at(clock.now() + timedelta(seconds=4))
    taken = escalation_take_over(actor=world.east_commander, number=escalated.number)
    assert (taken.escalation.owner, taken.escalation.owned_at) == (world.east_commander, now)
    assert codes(escalated)[-1] == "escalation.taken_over"
    assert unseen_notices(world.east_commander) == []
    follow_up = pending(escalated)
    assert follow_up is not None
    assert (follow_up.step, follow_up.level) == (4, 3)  # beyond the policy's three
    assert follow_up.due_at == taken.escalation.next_at == now + timedelta(seconds=300)
    assert escalated.timers.get(step=2).state == "cancelled"


def test_levels_that_were_to_come_are_not_told(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    clock_at(clock.now() + timedelta(seconds=200))
    assert timers_sweep().fired == 0
    assert Notice.objects.count() == 1


def test_still_standing_still_the_watch_commander_is_told_and_it_is_nobodys_again(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    clock_at(clock.now() + timedelta(seconds=300))
    assert timers_sweep().fired == 1
    escalated.refresh_from_db()
    assert (escalated.escalation.owner, escalated.escalation.level) == (None, 3)
    assert unseen_notices(world.watch) == [escalated.number]
    assert pending(escalated) is None
    taken = escalation_take_over(actor=world.watch, number=escalated.number)
    assert taken.escalation.owner == world.watch
    again = pending(escalated)
    assert again is not None
    assert again.step == 5


def test_the_same_person_again_changes_nothing(world: SimpleNamespace, escalated: Incident) -> None:
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    with changes_nothing():
        escalation_take_over(actor=world.east_commander, number=escalated.number)


def test_the_second_is_told_who_was_sooner(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    now = clock.now()
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    clock_at(now + timedelta(seconds=9))
    with refused(Conflict, "already_taken_over", by="孙立", at=now):
        escalation_take_over(actor=world.dispatcher, number=escalated.number)


@pytest.mark.django_db(transaction=True)
def test_three_at_once_have_one_owner(world: SimpleNamespace, file: File) -> None:
    incident = file()
    Timer.objects.update(due_at=clock.now())
    timers_sweep()
    barrier = Barrier(3)

    def take(actor: object) -> str:
        try:
            barrier.wait(timeout=30)
            escalation_take_over(actor=actor, number=incident.number)
        except Conflict as error:
            return error.code
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(take, [world.east_commander, world.dispatcher, world.watch]))
    assert answers == ["already_taken_over", "already_taken_over", "taken"]
    assert codes(incident).count("escalation.taken_over") == 1


def test_what_is_not_escalated_is_not_taken_over(world: SimpleNamespace, file: File) -> None:
    number = file().number
    with refused(Conflict, "not_escalated"):
        escalation_take_over(actor=world.dispatcher, number=number)


def test_wrong_state_and_scope(world: SimpleNamespace, escalated: Incident) -> None:
    with refused(NotFound, "not_found"):
        escalation_take_over(actor=world.south_commander, number=escalated.number)
    incident_cancel(actor=world.dispatcher, number=escalated.number, reason="A false alarm")
    with refused(Conflict, "wrong_state", status="cancelled"):
        escalation_take_over(actor=world.dispatcher, number=escalated.number)


def test_an_owner_does_not_follow_into_the_next_stage_or_life(
    world: SimpleNamespace, escalated: Incident, send: Callable[..., Assignment], clock_at: Clock
) -> None:
    escalation_take_over(actor=world.east_commander, number=escalated.number)
    send(escalated)
    assert codes(escalated)[-1] == "escalation.ended"
    assert Escalation.objects.get().ended_at is not None
    incident_cancel(actor=world.dispatcher, number=escalated.number, reason="A false alarm")
    incident_reopen(actor=world.dispatcher, number=escalated.number, reason="It goes on")
    escalated.refresh_from_db()
    assert escalated.escalation is None
    clock_at(clock.now() + timedelta(seconds=31))
    timers_sweep()
    escalated.refresh_from_db()
    assert escalated.escalation.owner is None
    assert Escalation.objects.count() == 2


# --- Silence --------------------------------------------------------------------------------------------


def test_silence_is_each_persons_own_and_says_nothing(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    clock_at(escalated.stage_since + timedelta(seconds=61))
    timers_sweep()
    before = codes(escalated)
    now = clock.now()
    assert notice_see(actor=world.east_commander, number=escalated.number) == 1
    assert unseen_notices(world.east_commander) == []
    assert unseen_notices(world.dispatcher) == [escalated.number]
    assert Notice.objects.get(recipient=world.east_commander).seen_at == now
    assert codes(escalated) == before


def test_silence_twice_counts_once(world: SimpleNamespace, escalated: Incident) -> None:
    notice_see(actor=world.east_commander, number=escalated.number)
    with changes_nothing():
        assert notice_see(actor=world.east_commander, number=escalated.number) == 0


def test_silence_of_what_never_rang_or_is_another_stations(
    world: SimpleNamespace, escalated: Incident
) -> None:
    with changes_nothing():
        assert notice_see(actor=world.east_officer, number=escalated.number) == 0
    with refused(NotFound, "not_found"):
        notice_see(actor=world.south_commander, number=escalated.number)


def test_the_next_level_rings_again_for_who_was_silenced(
    world: SimpleNamespace, escalated: Incident, clock_at: Clock
) -> None:
    world.east_commander.role = "dispatcher"
    notice_see(actor=world.east_commander, number=escalated.number)
    world.east_commander.save()
    clock_at(escalated.stage_since + timedelta(seconds=61))
    timers_sweep()
    assert unseen_notices(world.east_commander) == [escalated.number]
