"""assignment_create: orders."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from dispatch.lifecycle import ACTIVE_STEPS, Status, Step
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_cancel
from patrol.models import Unit
from tests.factories import AccountFactory
from tests.world import IN_SOUTH

from .conftest import codes, pending, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]
Clock = Callable[[datetime], datetime]


def test_several_units_are_sent_at_once(world: SimpleNamespace, file: File, clock_at: Clock) -> None:
    incident = file()
    now = clock_at(clock.now() + timedelta(seconds=20))
    units = [world.east_car_2.pk, world.east_car.pk]
    orders = assignment_create(actor=world.dispatcher, number=incident.number, units=units)
    assert {order.unit_id for order in orders} == set(units)
    assert {(order.step, order.dispatched_at, order.claimed) for order in orders} == {
        (Step.DISPATCHED, now, False)
    }
    assert codes(incident) == ["incident.filed", "unit.dispatched", "unit.dispatched"]
    assert (incident.status, incident.dispatched_at, incident.stage_since) == (Status.DISPATCHED, now, now)
    assert set(Unit.objects.filter(pk__in=units).values_list("status", "version")) == {("assigned", 2)}


def test_the_time_to_accept_runs_from_the_first_order_only(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    first = clock_at(clock.now() + timedelta(seconds=20))
    send(incident)
    clock_at(first + timedelta(seconds=20))
    send(incident, unit=world.east_car_2)
    incident.refresh_from_db()
    timer = pending(incident)
    assert timer is not None
    assert (incident.stage_since, incident.generation) == (first, 2)
    assert (timer.due_at, timer.generation) == (first + timedelta(seconds=30), 2)


def test_all_or_none(world: SimpleNamespace, file: File, send: Send) -> None:
    busy = file(**IN_SOUTH)
    send(busy, unit=world.south_car)
    number = file().number
    with refused(Conflict, "unit_taken", field="units", number=busy.number, by="王知远", call_sign="山头01"):
        assignment_create(actor=world.watch, number=number, units=[world.east_car.pk, world.south_car.pk])


def test_the_same_order_again_is_told_that_the_unit_is_taken(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file()
    send(incident)
    with refused(Conflict, "unit_taken", field="units", number=incident.number):
        send(incident)


def test_nobody_off_duty_unknown_or_no_unit_is_sent(world: SimpleNamespace, file: File) -> None:
    number = file().number
    Unit.objects.filter(pk=world.east_foot.pk).update(status="off_duty")
    with refused(Conflict, "unit_off_duty", field="units", unit=world.east_foot.pk):
        assignment_create(actor=world.dispatcher, number=number, units=[world.east_foot.pk])
    with refused(NotFound, "unit_not_found", unit=-1):
        assignment_create(actor=world.dispatcher, number=number, units=[world.east_car.pk, -1])
    with refused(Invalid, "no_unit", field="units"):
        assignment_create(actor=world.dispatcher, number=number, units=[])


def test_a_station_sends_its_own_and_the_guards_on_its_ground(world: SimpleNamespace, file: File) -> None:
    number = file().number
    units = [world.east_car.pk, world.squadron.pk]
    assert len(assignment_create(actor=world.east_commander, number=number, units=units)) == 2
    with refused(Refused, "other_unit", field="units", unit=world.south_car.pk):
        assignment_create(actor=world.east_commander, number=number, units=[world.south_car.pk])


def test_nothing_is_sent_to_what_has_ended_or_is_another_stations(world: SimpleNamespace, file: File) -> None:
    incident = file()
    with refused(NotFound, "not_found"):
        assignment_create(actor=world.south_commander, number=incident.number, units=[world.south_car.pk])
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    with refused(Conflict, "wrong_state", status="cancelled"):
        assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car.pk])


@pytest.mark.django_db(transaction=True)
def test_one_unit_for_ten_incidents_at_once_goes_to_one(world: SimpleNamespace, file: File) -> None:
    numbers = [file().number for _ in range(10)]
    barrier = Barrier(5)

    def order(number: str) -> str:
        try:
            barrier.wait(timeout=30)
            assignment_create(actor=world.dispatcher, number=number, units=[world.east_car.pk])
        except Conflict as error:
            return error.code
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(order, numbers))
    assert sorted(answers) == ["sent", *["unit_taken"] * 9]
    assert Assignment.objects.filter(unit=world.east_car, step__in=ACTIVE_STEPS).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_send_one_unit_in_the_same_second(world: SimpleNamespace, file: File) -> None:
    """One of them is told by whom and to what the unit was sent, and nothing of hers is left half done."""
    other = AccountFactory(role="dispatcher", organisation_id=world.dispatcher.organisation_id, name="沈二")
    orders = [(world.dispatcher, file().number), (other, file().number)]
    barrier = Barrier(2)

    def order(who_and_what: tuple[Any, str]) -> Any:
        actor, number = who_and_what
        try:
            barrier.wait(timeout=30)
            assignment_create(actor=actor, number=number, units=[world.east_car.pk, world.east_foot.pk])
        except Conflict as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(order, orders))
    won = answers.index(None)
    refusal = answers[1 - won]
    assert refusal.code == "unit_taken"
    assert refusal.details["number"] == orders[won][1]
    assert refusal.details["by"] == orders[won][0].name
    assert {each.incident.number for each in Assignment.objects.select_related("incident")} == {
        orders[won][1]
    }
