"""incident_close, _cancel, _invalidate and _reopen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from dispatch.lifecycle import ENDED, OPEN, Stage, Status, Step
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.incident import (
    incident_cancel,
    incident_close,
    incident_invalidate,
    incident_reopen,
)

from .conftest import codes, pending, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]
Clock = Callable[[datetime], datetime]
DONE = ("accept", "depart", "arrive", "report")
CALLED_OFF = [(incident_cancel, Status.CANCELLED, "incident.cancelled"),
              (incident_invalidate, Status.INVALID, "incident.invalidated")]  # fmt: skip


def test_what_is_reported_back_is_closed(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    send(incident, *DONE)
    now = clock_at(clock.now() + timedelta(seconds=9))
    incident_close(actor=world.east_officer, number=incident.number, outcome=" Both calmed down ")
    assert codes(incident)[-1] == "incident.closed"
    assert (incident.status, incident.closed_at, incident.outcome) == (Status.CLOSED, now, "Both calmed down")
    assert (incident.stage, incident.stage_since, incident.limit_at) == ("", None, None)
    assert pending(incident) is None


@pytest.mark.parametrize("verbs", [(), ("accept",), ("accept", "depart"), ("accept", "depart", "arrive")])
def test_nothing_earlier_is_closed(
    world: SimpleNamespace, file: File, send: Send, verbs: tuple[str, ...]
) -> None:
    incident = file()
    with refused(Conflict, "wrong_state", status="reported"):
        incident_close(actor=world.dispatcher, number=incident.number)
    send(incident, *verbs)
    with refused(Conflict, "wrong_state", number=incident.number):
        incident_close(actor=world.dispatcher, number=incident.number)


def test_a_second_unit_still_at_work_holds_the_closing_up(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file()
    send(incident, *DONE)
    second = send(incident, unit=world.east_car_2)
    with refused(Conflict, "wrong_state", status="dispatched"):
        incident_close(actor=world.dispatcher, number=incident.number)
    assignment_advance(actor=world.dispatcher, number=incident.number, assignment=second.pk, verb="release")
    assert incident_close(actor=world.dispatcher, number=incident.number).status == Status.CLOSED


@pytest.mark.parametrize(("end", "status", "code"), CALLED_OFF)
@pytest.mark.parametrize(
    "verbs", [None, (), ("accept",), ("accept", "depart"), ("accept", "depart", "arrive"), DONE]
)
def test_calling_off_from_every_open_state_frees_the_units(
    world: SimpleNamespace,
    file: File,
    send: Send,
    end: Callable[..., Incident],
    status: Status,
    code: str,
    verbs: tuple[str, ...] | None,
) -> None:
    incident = file()
    if verbs is not None:
        send(incident, *verbs)
    ended = end(actor=world.dispatcher, number=incident.number, reason=" A false alarm ")
    assert (ended.status, ended.outcome) == (status, "A false alarm")
    assert codes(incident).count(code) == 1
    assert (incident.status, incident.stage, pending(incident)) == (status, "", None)
    assert incident.closed_at is not None
    world.east_car.refresh_from_db()
    assert world.east_car.status == "free"
    for order in incident.assignments.all():
        assert not order.active
        if verbs != DONE:
            assert (order.step, order.outcome) == (Step.RELEASED, "A false alarm")


@pytest.mark.parametrize(("end", "status", "code"), CALLED_OFF)
def test_calling_off_needs_a_reason_and_is_done_once(
    world: SimpleNamespace, file: File, end: Callable[..., Incident], status: Status, code: str
) -> None:
    incident = file()
    with refused(Invalid, "reason_missing", field="reason"):
        end(actor=world.dispatcher, number=incident.number, reason=" ")
    end(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    with refused(Conflict, "wrong_state", status=str(status)):
        end(actor=world.dispatcher, number=incident.number, reason="A false alarm")


def test_reopening_begins_a_new_life(world: SimpleNamespace, file: File, send: Send, clock_at: Clock) -> None:
    incident = file()
    send(incident, *DONE)
    incident_close(actor=world.dispatcher, number=incident.number, outcome="Both calmed down")
    incident.refresh_from_db()
    generation = incident.generation
    now = clock_at(clock.now() + timedelta(minutes=5))
    incident_reopen(actor=world.dispatcher, number=incident.number, reason="It goes on")
    assert codes(incident)[-1] == "incident.reopened"
    assert (incident.status, incident.stage, incident.stage_since) == (Status.REPORTED, Stage.UNCLAIMED, now)
    assert (incident.generation, incident.reopened_at) == (generation + 1, now)
    assert (incident.closed_at, incident.reported_back_at, incident.outcome) == (None, None, "")
    timer = pending(incident)
    assert timer is not None
    assert (timer.due_at, timer.generation) == (now + timedelta(seconds=30), incident.generation)

    (again,) = assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car.pk])
    incident.refresh_from_db()
    assert incident.status == Status.DISPATCHED  # the unit that reported in the first life does not count
    assignment_advance(actor=world.dispatcher, number=incident.number, assignment=again.pk, verb="release")
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED


def test_reopened_with_the_wall_clock_set_back(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    """A unit sent by a clock an hour behind the reopening still belongs to the new life."""
    incident = file()
    send(incident, *DONE)
    incident_close(actor=world.dispatcher, number=incident.number)
    incident_reopen(actor=world.dispatcher, number=incident.number, reason="It goes on")
    clock_at(clock.now() - timedelta(hours=1))
    order = send(incident)
    incident.refresh_from_db()
    assert incident.status == Status.DISPATCHED
    for verb in DONE:
        assignment_advance(actor=world.dispatcher, number=incident.number, assignment=order.pk, verb=verb)
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED_BACK
    assert incident_close(actor=world.dispatcher, number=incident.number).status == Status.CLOSED
    assert codes(incident)[-1] == "incident.closed"


@pytest.mark.parametrize("status", sorted(ENDED))
def test_each_ended_state_can_be_reopened(world: SimpleNamespace, file: File, status: str) -> None:
    incident = file()
    Incident.objects.filter(pk=incident.pk).update(status=status, stage="")
    incident_reopen(actor=world.watch, number=incident.number, reason="It goes on")
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_is_open_is_not_reopened(world: SimpleNamespace, file: File, status: str) -> None:
    incident = file()
    Incident.objects.filter(pk=incident.pk).update(status=status)
    with refused(Conflict, "wrong_state", status=status):
        incident_reopen(actor=world.dispatcher, number=incident.number, reason="It goes on")


def test_a_reopening_needs_a_reason(world: SimpleNamespace, file: File) -> None:
    incident = file()
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    with refused(Invalid, "reason_missing", field="reason"):
        incident_reopen(actor=world.dispatcher, number=incident.number, reason="")


def test_scope(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    send(incident, *DONE)
    with refused(NotFound, "not_found"):
        incident_close(actor=world.south_officer, number=incident.number)
