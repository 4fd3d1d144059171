"""incident_file and incident_note."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import Stage, Status
from dispatch.models import DailySerial, Incident
from dispatch.services.incident import incident_cancel, incident_file, incident_note
from tests.world import EAST, IN_EAST, IN_SOUTH, OUTSIDE, SOUTH

from .conftest import changes_nothing, codes, pending, refused

File = Callable[..., Incident]
Clock = Callable[[datetime], datetime]


def test_a_report_lands_in_the_queue_of_its_station(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    clock_at(clock.now())
    incident = file()
    incident.refresh_from_db()
    assert (incident.status, incident.priority, incident.version) == (Status.REPORTED, 1, 1)
    assert (incident.station_id, incident.grid.code) == (EAST, "城东-001")
    assert (incident.stage, incident.stage_since) == (Stage.UNCLAIMED, incident.created_at)
    assert incident.limit_at == incident.created_at + timedelta(seconds=30)
    assert (incident.created_by, incident.outside_district) == (world.dispatcher, False)
    timer = pending(incident)
    assert timer is not None
    assert (timer.due_at, timer.level, timer.step, timer.generation) == (incident.limit_at, 1, 1, 1)
    assert codes(incident) == ["incident.filed"]


def test_the_point_tells_the_station(file: File) -> None:
    assert file(**IN_SOUTH).station_id == SOUTH


def test_a_place_outside_the_district_is_taken_and_said(file: File) -> None:
    incident = file(**OUTSIDE)
    assert (incident.station_id, incident.grid_id, incident.outside_district) == (None, None, True)
    assert codes(incident) == ["incident.filed", "incident.outside"]


def test_no_point_is_no_place_outside(file: File) -> None:
    incident = file(lat=None, lon=None, address="By the old kiln")
    assert (incident.station_id, incident.outside_district) == (None, False)
    assert codes(incident) == ["incident.filed"]


def test_a_said_priority_stands_above_the_preset_one(file: File) -> None:
    assert (file(category="noise").priority, file(category="noise", priority=2).priority) == (4, 2)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"category": "flood"}, "unknown_category", "category"),
        ({"priority": 5}, "priority_range", "priority"),
        ({"priority": 0}, "priority_range", "priority"),
        ({"summary": " \n", "address": " "}, "nothing_said", "summary"),
        ({"lon": None}, "point_half", "lon"),
        ({"lat": None}, "point_half", "lat"),
        ({"lat": 90.1}, "latitude_range", "lat"),
        ({"lon": -180.1}, "longitude_range", "lon"),
        ({"reported_at": datetime(2100, 1, 1, tzinfo=UTC)}, "in_the_future", "reported_at"),
    ],
)
def test_what_can_not_have_been_meant(file: File, said: dict[str, Any], code: str, field: str) -> None:
    with refused(Invalid, code, field=field):
        file(**said)


def test_a_category_out_of_use_takes_no_reports(world: SimpleNamespace, file: File) -> None:
    world.noise.active = False
    world.noise.save()
    forget_all()
    with refused(Invalid, "unknown_category", field="category"):
        file(category="noise")


@pytest.mark.parametrize("who", ["guard", "east_grid", "admin"])
def test_who_may_not_file(world: SimpleNamespace, file: File, who: str) -> None:
    with refused(Refused, "not_allowed", rule="incident.file"):
        file(actor=getattr(world, who))


# --- The same submission twice ------------------------------------------------------------------------


def test_the_same_key_makes_one_incident(file: File) -> None:
    first = file(idempotency_key="k1")
    with changes_nothing():
        assert file(idempotency_key="k1").pk == first.pk


def test_a_key_with_other_content_is_a_mistake(file: File) -> None:
    file(idempotency_key="k1")
    with refused(Conflict, "idempotency_key_reused"):
        file(idempotency_key="k1", summary="Something else")


def test_keys_are_each_persons_own(world: SimpleNamespace, file: File) -> None:
    assert file(idempotency_key="k1").pk != file(idempotency_key="k1", actor=world.east_officer).pk


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_makes_one_incident(world: SimpleNamespace) -> None:
    barrier = Barrier(4)

    def submit(_: int) -> tuple[str, bool]:
        try:
            barrier.wait(timeout=30)
            filed = incident_file(
                actor=world.dispatcher, category="fight", summary="Two men fight", idempotency_key="k1"
            )
            return filed.incident.number, filed.created
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(submit, range(4)))
    assert len({number for number, _created in answers}) == 1
    assert sum(created for _number, created in answers) == 1
    assert Incident.objects.count() == 1


# --- Numbers --------------------------------------------------------------------------------------------


def test_the_series_starts_anew_at_midnight_in_the_bureau(
    world: SimpleNamespace, file: File, clock_at: Clock
) -> None:
    numbers = []
    for at in (
        datetime(2026, 3, 1, 15, 59, 58, tzinfo=UTC),
        datetime(2026, 3, 1, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 1, 16, 0, tzinfo=UTC),
        datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 2, 0, 0, tzinfo=UTC),
    ):
        clock_at(at)
        numbers.append(file().number)
    assert numbers == [
        "370304202603010001",
        "370304202603010002",
        "370304202603020001",
        "370304202603020002",
        "370304202603020003",
    ]


def test_a_call_taken_before_midnight_is_counted_on_its_own_day(file: File, clock_at: Clock) -> None:
    now = clock_at(datetime(2026, 3, 1, 16, 0, 30, tzinfo=UTC))
    assert file().number.endswith("202603020001")
    assert file(reported_at=now - timedelta(minutes=1)).number.endswith("202603010001")


def test_the_ten_thousandth_of_a_day_has_five_digits(file: File, clock_at: Clock) -> None:
    at = clock_at(datetime(2026, 3, 1, 4, tzinfo=UTC))
    DailySerial.objects.create(day=clock.local_day(at), last=9999)
    assert file().number == "3703042026030110000"
    assert file().short_number == "10001"


def test_a_refused_report_uses_no_number_up(file: File) -> None:
    first = int(file().short_number)
    with pytest.raises(Invalid):
        file(priority=9)
    assert int(file().short_number) == first + 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_twenty_numbers_without_a_gap(world: SimpleNamespace) -> None:
    def report(_: int) -> str:
        try:
            return incident_file(
                actor=world.dispatcher, category="fight", summary="Two men fight", **IN_EAST
            ).incident.short_number
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        serials = sorted(int(serial) for serial in pool.map(report, range(20)))
    assert serials == list(range(1, 21))


# --- Notes ----------------------------------------------------------------------------------------------


def test_a_note_is_one_entry_and_moves_nothing_else(world: SimpleNamespace, file: File) -> None:
    incident = file()
    before = (incident.status, incident.stage_since, incident.generation)
    noted = incident_note(actor=world.east_officer, number=incident.number, text=" One is hurt \n")
    assert (noted.status, noted.stage_since, noted.generation) == before
    assert codes(incident) == ["incident.filed", "incident.note"]
    entry = incident.timeline.get(version=2)
    assert (entry.data, entry.actor, entry.actor_name) == (
        {"text": "One is hurt"},
        world.east_officer,
        "李青",
    )


def test_a_note_also_on_what_has_ended_and_twice(world: SimpleNamespace, file: File) -> None:
    incident = file()
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="Called off")
    for _ in range(2):
        incident_note(actor=world.dispatcher, number=incident.number, text="Seen again")
    assert codes(incident)[-2:] == ["incident.note", "incident.note"]


def test_an_empty_note_another_station_and_a_wrong_role(world: SimpleNamespace, file: File) -> None:
    number = file().number
    with refused(Invalid, "empty", field="text"):
        incident_note(actor=world.dispatcher, number=number, text="  ")
    with refused(NotFound, "not_found"):
        incident_note(actor=world.south_officer, number=number, text="Me too")
    with refused(NotFound, "not_found"):
        incident_note(actor=world.dispatcher, number="370304200001010001", text="Me too")
    with refused(Refused, "not_allowed", rule="incident.note"):
        incident_note(actor=world.admin, number=number, text="Me too")
