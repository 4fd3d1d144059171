"""incident_claim: the station takes it itself, once."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, NotFound, Refused
from dispatch.lifecycle import Stage, Status, Step
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance
from dispatch.services.incident import incident_cancel, incident_claim, incident_reopen
from tests.world import IN_SOUTH, OUTSIDE

from .conftest import codes, pending, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]


def test_in_person(world: SimpleNamespace, file: File, clock_at: Callable[..., object]) -> None:
    clock_at(clock.now())
    incident = file()
    order = incident_claim(actor=world.east_officer, number=incident.number)
    assert (order.officer, order.unit, order.step, order.claimed) == (
        world.east_officer,
        None,
        Step.ACCEPTED,
        True,
    )
    assert codes(incident) == ["incident.filed", "incident.claimed"]
    assert (incident.status, incident.stage, incident.generation) == (Status.ACCEPTED, Stage.NOT_DEPARTED, 2)
    assert incident.dispatched_at == incident.accepted_at == order.accepted_at
    assert pending(incident) is None  # the cast has no limit for setting out


def test_with_a_unit_which_is_busy_from_then_on(world: SimpleNamespace, file: File) -> None:
    incident = file()
    order = incident_claim(actor=world.east_officer, number=incident.number, unit=world.east_car.pk)
    assert (order.unit, order.officer) == (world.east_car, None)
    world.east_car.refresh_from_db()
    assert (world.east_car.status, world.east_car.version) == ("assigned", 2)


def test_a_waiting_order_is_accepted(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    waiting = send(incident)
    order = incident_claim(actor=world.east_officer, number=incident.number)
    assert (order.pk, order.step, order.claimed) == (waiting.pk, Step.ACCEPTED, False)
    assert Assignment.objects.count() == 1


def test_another_units_order_waits_on(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    waiting = send(incident)
    order = incident_claim(actor=world.east_officer, number=incident.number, unit=world.east_car_2.pk)
    waiting.refresh_from_db()
    assert (order.unit, waiting.step) == (world.east_car_2, Step.DISPATCHED)


def test_the_second_is_told_who_won(world: SimpleNamespace, file: File) -> None:
    incident = file()
    won = incident_claim(actor=world.east_officer, number=incident.number)
    with refused(Conflict, "already_claimed", by="李青", at=won.accepted_at, number=incident.number):
        incident_claim(actor=world.east_officer_2, number=incident.number)
    with refused(Conflict, "already_claimed", by="李青"):  # a repeat by the winner is told the same
        incident_claim(actor=world.east_officer, number=incident.number)


def test_the_winner_of_an_earlier_life_is_not_named(
    world: SimpleNamespace, file: File, clock_at: Callable[..., object]
) -> None:
    incident = file()
    incident_claim(actor=world.east_officer, number=incident.number)
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="Called off")
    with refused(Conflict, "wrong_state", status="cancelled"):
        incident_claim(actor=world.east_officer_2, number=incident.number)
    clock_at(clock.now() + timedelta(seconds=5))
    incident_reopen(actor=world.dispatcher, number=incident.number, reason="It goes on")
    incident_claim(actor=world.east_officer_2, number=incident.number)
    with refused(Conflict, "already_claimed", by="周明"):
        incident_claim(actor=world.east_officer, number=incident.number)


@pytest.mark.parametrize(
    "verbs", [("accept",), ("accept", "depart"), ("accept", "depart", "arrive", "report")]
)
def test_too_late_in_every_later_state(
    world: SimpleNamespace, file: File, send: Send, verbs: tuple[str, ...]
) -> None:
    incident = file()
    send(incident, *verbs)
    with refused(Conflict, "already_claimed", by="城东01"):
        incident_claim(actor=world.east_officer, number=incident.number)


def test_the_last_unit_gone_it_can_be_claimed_again(world: SimpleNamespace, file: File) -> None:
    incident = file()
    first = incident_claim(actor=world.east_officer, number=incident.number)
    assignment_advance(actor=world.east_officer, number=incident.number, assignment=first.pk, verb="release")
    second = incident_claim(actor=world.east_officer_2, number=incident.number)
    assert second.officer == world.east_officer_2
    assert codes(incident)[-4:] == [
        "incident.claimed",
        "unit.released",
        "incident.requeued",
        "incident.claimed",
    ]


def test_scope(world: SimpleNamespace, file: File) -> None:
    for place in (IN_SOUTH, OUTSIDE):
        number = file(**place).number
        with refused(NotFound, "not_found"):
            incident_claim(actor=world.east_officer, number=number)


def test_only_with_units_of_ones_own(world: SimpleNamespace, file: File) -> None:
    number = file().number
    for unit in (world.south_car, world.squadron):
        with refused(Refused, "other_unit", field="unit", unit=unit.pk):
            incident_claim(actor=world.east_commander, number=number, unit=unit.pk)
    with refused(NotFound, "unit_not_found"):
        incident_claim(actor=world.east_officer, number=number, unit=-1)


def test_a_unit_that_is_busy_or_off_duty(world: SimpleNamespace, file: File, send: Send) -> None:
    busy = file()
    send(busy)
    number = file().number
    with refused(Conflict, "unit_taken", field="units", number=busy.number, call_sign="城东01"):
        incident_claim(actor=world.east_officer, number=number, unit=world.east_car.pk)
    world.east_foot.status = "off_duty"
    world.east_foot.save()
    with refused(Conflict, "unit_off_duty", field="units"):
        incident_claim(actor=world.east_officer, number=number, unit=world.east_foot.pk)
