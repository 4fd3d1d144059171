"""positions_take: what becomes of each point, and what it costs."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Refused
from grid.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from patrol.live import unit_moves
from patrol.models import Device, TrackPoint, Unit, UnknownDevice
from patrol.services.position import Outcome, Report, positions_take
from patrol.services.unit import unit_set_duty
from tests.factories import DeviceFactory, UnitFactory

HERE, NEAR = (36.50, 117.88), (36.501, 117.881)  # 143 m apart
FAR = (36.60, 117.95)  # 12.8 km from both
Take = Callable[..., list[Outcome]]


@pytest.fixture
def device(world: SimpleNamespace) -> Device:
    """The radio of 城东01, which was at HERE five seconds ago."""
    return DeviceFactory(unit=world.east_car, identifier="radio-1")


@pytest.fixture
def take(world: SimpleNamespace, device: Device) -> Take:
    """`take((place, seconds from now), …)`: points of the radio by the dispatcher."""

    def report(*points: tuple[tuple[float, float], float], actor: Any = None) -> list[Outcome]:
        now = clock.now()
        return positions_take(
            actor=actor or world.dispatcher,
            reports=[Report("radio-1", now + timedelta(seconds=after), *place) for place, after in points],
        )

    return report


@pytest.fixture
def noon(clock_at: Callable[[datetime], datetime]) -> datetime:
    """The clock stands still, so that a point can be sent twice."""
    return clock_at(clock.now())


def _unit(world: SimpleNamespace) -> Unit:
    return Unit.objects.get(pk=world.east_car.pk)


def _history() -> list[tuple[tuple[float, float], str]]:
    return [((row.lat, row.lon), row.flag) for row in TrackPoint.objects.order_by("at")]


def test_a_point_moves_the_unit_and_stands_in_the_history(world: SimpleNamespace, device: Device) -> None:
    told: list[list[int]] = []

    def hear(*, units: list[int], **_: object) -> None:
        told.append(units)

    now = clock.now()
    unit_moves.connect(hear)
    try:
        outcomes = positions_take(
            actor=world.dispatcher, reports=[Report("radio-1", now, *NEAR, 36.0, 90.0, 8.0)]
        )
    finally:
        unit_moves.disconnect(hear)
    assert outcomes == [Outcome.TAKEN]
    unit = _unit(world)
    assert (unit.lat, unit.lon, unit.position_at) == (*NEAR, now)
    assert unit.version == world.east_car.version + 1
    assert unit.updated_at >= now
    assert told == [[unit.pk]]
    (point,) = TrackPoint.objects.values_list("device_id", "unit_id", "at", "speed", "heading", "accuracy")
    assert point == (device.pk, unit.pk, now, 36.0, 90.0, 8.0)
    device.refresh_from_db()
    assert (device.taken, device.late) == (1, 0)
    assert device.last_seen is not None


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_a_declared_system_is_converted_once(
    world: SimpleNamespace, device: Device, take: Take, system: str, shift: Any
) -> None:
    Device.objects.update(system=system)
    assert take((shift(*NEAR), 0)) == [Outcome.TAKEN]
    unit = _unit(world)
    assert (unit.lat, unit.lon) == pytest.approx(NEAR, abs=1e-7)
    assert TrackPoint.objects.get().lat == unit.lat


def test_a_batch_is_taken_in_the_order_of_its_points(world: SimpleNamespace, take: Take) -> None:
    assert take((NEAR, 0), (HERE, -2)) == [Outcome.TAKEN, Outcome.TAKEN]
    assert (_unit(world).lat, _unit(world).lon) == NEAR
    assert _unit(world).version == world.east_car.version + 1  # one change for the boards


def test_an_older_point_is_history_only(world: SimpleNamespace, device: Device, take: Take) -> None:
    assert take((NEAR, -60)) == [Outcome.LATE]
    assert _unit(world).version == world.east_car.version
    assert _history() == [(NEAR, "late")]
    device.refresh_from_db()
    assert (device.taken, device.late) == (0, 1)


def test_a_point_sent_twice_counts_once(
    world: SimpleNamespace, device: Device, take: Take, noon: datetime
) -> None:
    assert take((NEAR, 0), (NEAR, 0)) == [Outcome.TAKEN, Outcome.DUPLICATE]
    assert take((NEAR, 0)) == [Outcome.DUPLICATE]
    assert _unit(world).version == world.east_car.version + 1
    assert len(_history()) == 1
    device.refresh_from_db()
    assert (device.taken, device.duplicate, device.late) == (1, 2, 0)


@pytest.mark.parametrize(("seconds", "outcome"), [(59, Outcome.TAKEN), (61, Outcome.FUTURE)])
def test_a_minute_ahead_is_the_most(
    world: SimpleNamespace, take: Take, noon: datetime, seconds: float, outcome: Outcome
) -> None:
    assert take((NEAR, seconds)) == [outcome]
    assert len(_history()) == (outcome is Outcome.TAKEN)


def test_what_is_older_than_the_history_is_dropped(take: Take, settings: Any) -> None:
    settings.POSITION_RETENTION_DAYS = 2
    assert take((NEAR, -2 * 86_400 - 1), (NEAR, -2 * 86_400 + 60)) == [Outcome.OLD, Outcome.LATE]
    assert len(_history()) == 1


def test_a_jump_is_kept_and_not_shown(world: SimpleNamespace, device: Device, take: Take) -> None:
    assert take((FAR, 0)) == [Outcome.JUMP]
    assert (_unit(world).lat, _unit(world).lon) == HERE
    assert _history() == [(FAR, "jump")]
    assert take((NEAR, 1)) == [Outcome.TAKEN]
    device.refresh_from_db()
    assert (device.jump, device.taken, device.doubt_at) == (1, 1, None)


def test_a_second_point_at_the_far_place_is_believed(world: SimpleNamespace, take: Take) -> None:
    beside = (FAR[0] + 0.001, FAR[1])
    assert take((FAR, 0)) == [Outcome.JUMP]
    assert take((beside, 5)) == [Outcome.TAKEN]
    assert (_unit(world).lat, _unit(world).lon) == beside


def test_the_same_jump_sent_again_is_no_second_point(
    world: SimpleNamespace, take: Take, noon: datetime
) -> None:
    assert [take((FAR, 0)), take((FAR, 0))] == [[Outcome.JUMP], [Outcome.DUPLICATE]]
    assert (_unit(world).lat, _unit(world).lon) == HERE


def test_far_away_after_a_long_drive_is_no_jump(world: SimpleNamespace, take: Take) -> None:
    Unit.objects.update(position_at=clock.now() - timedelta(minutes=15))
    assert take((FAR, 0)) == [Outcome.TAKEN]


def test_off_duty_has_no_position(world: SimpleNamespace, device: Device, take: Take) -> None:
    unit_set_duty(actor=world.east_commander, unit=world.east_car.pk, on_duty=False)
    assert take((NEAR, 0)) == [Outcome.OFF_DUTY]
    assert _unit(world).lat is None
    assert _history() == []
    device.refresh_from_db()
    assert device.off_duty == 1


def test_nor_have_the_hours_before_this_duty(world: SimpleNamespace, take: Take) -> None:
    for on_duty in (False, True):
        unit_set_duty(actor=world.east_commander, unit=world.east_car.pk, on_duty=on_duty)
    assert take((NEAR, -60), (NEAR, 1)) == [Outcome.OFF_DUTY, Outcome.TAKEN]
    assert _history() == [(NEAR, "")]


def test_unknown_and_inactive_devices_are_told_and_harm_nobody(
    world: SimpleNamespace, device: Device, take: Take
) -> None:
    DeviceFactory(unit=world.south_car, identifier="retired", active=False)
    now = clock.now()
    reports = [Report(name, now, *NEAR) for name in ("stranger", "radio-1", "retired", "stranger")]
    taken = positions_take(actor=world.dispatcher, reports=reports)
    assert taken == [Outcome.UNKNOWN, Outcome.TAKEN, Outcome.UNKNOWN, Outcome.UNKNOWN]
    positions_take(actor=world.dispatcher, reports=reports[:1])
    assert list(UnknownDevice.objects.values_list("identifier", "points")) == [("stranger", 3)]
    assert Unit.objects.get(pk=world.south_car.pk).version == world.south_car.version


def test_an_organisation_reports_for_its_own_units(world: SimpleNamespace, take: Take) -> None:
    assert take((NEAR, 0), actor=world.south_officer) == [Outcome.UNKNOWN]
    assert take((NEAR, 0), actor=world.east_officer) == [Outcome.TAKEN]
    assert not UnknownDevice.objects.exists()  # it exists, and is none of theirs
    with pytest.raises(Refused):
        take((NEAR, 0), actor=world.east_grid)


def test_two_devices_of_one_unit_tell_one_story(world: SimpleNamespace, device: Device) -> None:
    DeviceFactory(unit=world.east_car, identifier="phone-1")
    now = clock.now()
    reports = [Report("phone-1", now, *NEAR), Report("radio-1", now, *NEAR)]
    assert sorted(positions_take(actor=world.dispatcher, reports=reports)) == [Outcome.LATE, Outcome.TAKEN]
    assert TrackPoint.objects.count() == 2


def test_nothing_sent_is_nothing_done(world: SimpleNamespace) -> None:
    assert positions_take(actor=world.dispatcher, reports=[]) == []


def test_ten_thousand_points_cost_the_same_queries_as_two(world: SimpleNamespace) -> None:
    units = UnitFactory.create_batch(500, organisation=world.east_car.organisation)
    Device.objects.bulk_create(Device(identifier=f"d{index}", unit=unit) for index, unit in enumerate(units))

    def queries(devices: int, points: int, first: int) -> int:
        now = clock.now() - timedelta(seconds=4)
        reports = [
            Report(f"d{index}", now + timedelta(milliseconds=first + step), *NEAR)
            for step in range(points)
            for index in range(devices)
        ]
        with CaptureQueriesContext(connection) as captured:
            outcomes = positions_take(actor=world.dispatcher, reports=reports)
        assert Counter(outcomes) == {Outcome.TAKEN: devices * points}
        return len(captured)

    assert queries(2, 1, 0) == queries(500, 20, 1)
    assert TrackPoint.objects.count() == 10_002
    assert Unit.objects.filter(call_sign__startswith="试验", version=2).count() == 498
