"""assignment_advance: the steps of an order, at once or kept by an offline phone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from dispatch.lifecycle import Stage, Status, Step
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance
from dispatch.services.incident import incident_claim

from .conftest import changes_nothing, codes, pending, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]
Clock = Callable[[datetime], datetime]
WAY = [
    ("accept", Step.ACCEPTED, Status.ACCEPTED, "assigned", Stage.NOT_DEPARTED),
    ("depart", Step.EN_ROUTE, Status.EN_ROUTE, "en_route", Stage.NOT_ARRIVED),
    ("arrive", Step.ON_SCENE, Status.ON_SCENE, "on_scene", Stage.NOT_REPORTED),
    ("report", Step.REPORTED, Status.REPORTED_BACK, "free", ""),
]


def test_the_way_of_one_unit(world: SimpleNamespace, file: File, send: Send, clock_at: Clock) -> None:
    incident = file()
    order = send(incident)
    for verb, step, status, unit_status, stage in WAY:
        now = clock_at(clock.now() + timedelta(seconds=10))
        advanced = assignment_advance(
            actor=world.east_officer, number=incident.number, assignment=order.pk, verb=verb, outcome=" Calm "
        )
        assert (advanced.changed, advanced.assignment.step) == (True, step)
        stamp = {"accept": "accepted_at", "depart": "departed_at", "arrive": "arrived_at"}.get(
            verb, "reported_at"
        )
        assert getattr(advanced.assignment, stamp) == now
        assert advanced.assignment.outcome == "Calm"
        incident.refresh_from_db()
        world.east_car.refresh_from_db()
        assert (incident.status, incident.stage, world.east_car.status) == (status, stage, unit_status)
        assert incident.stage_since == (now if stage else None)
        column = "reported_back_at" if verb == "report" else stamp
        assert getattr(incident, column) == now
    assert codes(incident)[2:] == ["unit.accepted", "unit.departed", "unit.arrived", "unit.reported"]


def test_a_step_taken_before_is_no_error_and_changes_nothing(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file()
    order = send(incident, "accept", "depart")
    for verb in ("accept", "depart"):
        with changes_nothing():
            again = assignment_advance(
                actor=world.east_officer_2, number=incident.number, assignment=order.pk, verb=verb
            )
        assert (again.changed, again.assignment.step) == (False, Step.EN_ROUTE)


@pytest.mark.parametrize(
    ("before", "verb"),
    [((), "depart"), ((), "report"), (("accept",), "arrive"), (("accept", "depart"), "report"),
     (("release",), "accept"), (("accept", "depart", "arrive", "report"), "release")],
)  # fmt: skip
def test_no_step_is_left_out(
    world: SimpleNamespace, file: File, send: Send, before: tuple[str, ...], verb: str
) -> None:
    incident = file()
    order = send(incident, *before)
    with refused(Conflict, "wrong_step", step=order.step, assignment=order.pk):
        assignment_advance(actor=world.dispatcher, number=incident.number, assignment=order.pk, verb=verb)


@pytest.mark.parametrize("before", [(), ("accept",), ("accept", "depart"), ("accept", "depart", "arrive")])
def test_a_release_frees_the_unit_and_returns_to_the_queue(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock, before: tuple[str, ...]
) -> None:
    incident = file()
    order = send(incident, *before)
    incident.refresh_from_db()
    generation = incident.generation
    now = clock_at(clock.now() + timedelta(seconds=10))
    assignment_advance(actor=world.east_officer, number=incident.number, assignment=order.pk, verb="release")
    assert codes(incident)[-2:] == ["unit.released", "incident.requeued"]
    world.east_car.refresh_from_db()
    timer = pending(incident)
    assert timer is not None
    assert (incident.status, world.east_car.status) == (Status.REPORTED, "free")
    assert (incident.stage, incident.stage_since) == (Stage.UNCLAIMED, now)
    assert (incident.generation, timer.generation) == (generation + 1, generation + 1)
    assert timer.due_at == now + timedelta(seconds=30)


def test_the_furthest_unit_leads_and_the_first_time_counts(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    incident = file()
    first = send(incident, "accept", "depart")
    second = send(incident, "accept", unit=world.east_car_2)
    incident.refresh_from_db()
    departed = incident.departed_at
    assert incident.status == Status.EN_ROUTE
    assignment_advance(actor=world.dispatcher, number=incident.number, assignment=first.pk, verb="release")
    incident.refresh_from_db()
    assert (incident.status, incident.stage) == (Status.ACCEPTED, Stage.NOT_DEPARTED)
    clock_at(clock.now() + timedelta(minutes=1))
    assignment_advance(actor=world.dispatcher, number=incident.number, assignment=second.pk, verb="depart")
    incident.refresh_from_db()
    assert incident.departed_at == departed


def test_only_the_crew_its_station_and_the_centre(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    order = send(incident)
    guards = send(incident, unit=world.squadron)
    south = send(incident, unit=world.south_car)
    for actor, other in (
        (world.south_officer, order),
        (world.east_officer, guards),
        (world.guard, order),
        (world.east_commander, south),
    ):
        with refused(Refused, "other_crew", assignment=other.pk):
            assignment_advance(actor=actor, number=incident.number, assignment=other.pk, verb="accept")
    for actor, own in ((world.guard, guards), (world.south_officer, south), (world.east_officer, order)):
        assert assignment_advance(
            actor=actor, number=incident.number, assignment=own.pk, verb="accept"
        ).changed


def test_an_officer_in_person_is_spoken_for_by_himself_and_his_commander(
    world: SimpleNamespace, file: File
) -> None:
    incident = file()
    order = incident_claim(actor=world.east_officer, number=incident.number)
    with refused(Refused, "other_crew"):
        assignment_advance(
            actor=world.east_officer_2, number=incident.number, assignment=order.pk, verb="depart"
        )
    for actor, verb in ((world.east_officer, "depart"), (world.east_commander, "arrive")):
        assert assignment_advance(actor=actor, number=incident.number, assignment=order.pk, verb=verb).changed


def test_scope_and_an_order_of_another_incident(world: SimpleNamespace, file: File, send: Send) -> None:
    incident, other = file(), file()
    order = send(incident)
    with refused(NotFound, "assignment_not_found"):
        assignment_advance(actor=world.dispatcher, number=other.number, assignment=order.pk, verb="accept")
    with refused(NotFound, "not_found"):
        assignment_advance(
            actor=world.south_officer, number=incident.number, assignment=order.pk, verb="accept"
        )


# --- Steps kept by an offline phone ---------------------------------------------------------------------


def test_a_kept_step_counts_from_when_it_was_pressed(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    start = clock_at(clock.now())
    incident = file()
    order = send(incident)
    clock_at(start + timedelta(minutes=10))
    pressed = start + timedelta(minutes=2)
    assignment_advance(
        actor=world.east_officer, number=incident.number, assignment=order.pk, verb="accept", at=pressed
    )
    order.refresh_from_db()
    incident.refresh_from_db()
    assert order.accepted_at == incident.accepted_at == pressed
    assert incident.timeline.get(code="unit.accepted").at == pressed
    assert incident.updated_at == start + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(seconds=-30), timedelta(0)),  # a phone's clock ahead: now
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=1), timedelta(seconds=1)),
        (timedelta(hours=12), timedelta(hours=12)),
    ],
)
def test_how_old_or_ahead_a_kept_step_may_be(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock, ago: timedelta, counts: timedelta
) -> None:
    start = clock_at(clock.now())
    order = send(incident := file())
    now = clock_at(start + timedelta(hours=12))
    assignment_advance(
        actor=world.east_officer, number=incident.number, assignment=order.pk, verb="accept", at=now - ago
    )
    order.refresh_from_db()
    assert order.accepted_at == now - counts


@pytest.mark.parametrize(
    ("ago", "code"),
    [
        (timedelta(seconds=-31), "in_the_future"),
        (timedelta(hours=12, seconds=1), "too_old"),
    ],
)
def test_a_kept_step_that_can_not_be_right(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock, ago: timedelta, code: str
) -> None:
    start = clock_at(clock.now())
    order = send(incident := file())
    now = clock_at(start + timedelta(hours=13))
    with refused(Invalid, code, field="at"):
        assignment_advance(
            actor=world.east_officer, number=incident.number, assignment=order.pk, verb="accept", at=now - ago
        )


def test_a_kept_step_is_never_before_the_step_before_it(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    clock_at(clock.now())
    order = send(incident := file())
    now = clock_at(clock.now() + timedelta(minutes=10))
    for verb, at in (("accept", now - timedelta(minutes=3)), ("depart", now - timedelta(minutes=5))):
        assignment_advance(
            actor=world.east_officer, number=incident.number, assignment=order.pk, verb=verb, at=at
        )
    order.refresh_from_db()
    assert order.departed_at == order.accepted_at == now - timedelta(minutes=3)


def test_the_wall_clock_set_back_in_the_middle_stops_nothing(
    world: SimpleNamespace, file: File, send: Send, clock_at: Clock
) -> None:
    start = clock_at(clock.now())
    order = send(incident := file(), "accept")
    clock_at(start - timedelta(hours=1))
    for verb in ("depart", "arrive", "report"):
        assert assignment_advance(
            actor=world.east_officer, number=incident.number, assignment=order.pk, verb=verb
        ).changed
    assert codes(incident)[-1] == "unit.reported"
    assert incident.status == Status.REPORTED_BACK
