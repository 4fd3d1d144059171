"""position_days_keep: days are made ahead, filled from the default partition, dropped in time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from patrol.models import TrackPoint
from patrol.services.partition import position_days_keep
from patrol.tasks import keep_position_days
from tests.factories import DeviceFactory

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # already the 25th in the bureau; the days are UTC's
Days = list[str]


@pytest.fixture
def point(world: SimpleNamespace) -> Callable[[datetime], TrackPoint]:
    device = DeviceFactory(unit=world.east_car)

    def make(at: datetime) -> TrackPoint:
        return TrackPoint.objects.create(device=device, unit=world.east_car, at=at, lat=36.5, lon=117.9)

    return make


def _held() -> dict[str, int]:
    """{partition: points} of those that hold any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM patrol_trackpoint GROUP BY 1")
        return dict(cursor.fetchall())


def test_days_are_made_ahead_once(db: None, clock_at: Callable[[datetime], datetime]) -> None:
    clock_at(NOW)
    made = position_days_keep().made
    assert made == [date(2026, 11, day) for day in (24, 25, 26, 27)]
    again = position_days_keep()
    assert (again.made, again.dropped) == ([], [])
    clock_at(NOW + timedelta(hours=1))
    assert position_days_keep().made == [date(2026, 11, 28)]


def test_what_came_before_its_day_was_made_moves_into_it(
    point: Callable[[datetime], TrackPoint], clock_at: Callable[[datetime], datetime]
) -> None:
    clock_at(NOW)
    point(NOW)
    point(NOW - timedelta(days=3))
    assert _held() == {"patrol_trackpoint_rest": 2}
    assert date(2026, 11, 21) in position_days_keep().made
    assert _held() == {"patrol_trackpoint_20261121": 1, "patrol_trackpoint_20261124": 1}
    point(NOW + timedelta(seconds=1))
    assert _held() == {"patrol_trackpoint_20261121": 1, "patrol_trackpoint_20261124": 2}


def test_days_past_their_time_are_dropped(
    point: Callable[[datetime], TrackPoint], clock_at: Callable[[datetime], datetime], settings: Any
) -> None:
    settings.POSITION_RETENTION_DAYS = 2
    clock_at(NOW)
    point(NOW)
    position_days_keep()
    clock_at(NOW + timedelta(days=2))
    keep_position_days()
    assert TrackPoint.objects.count() == 1
    point(NOW - timedelta(days=5))  # into the default partition
    clock_at(NOW + timedelta(days=3))
    assert position_days_keep().dropped == [date(2026, 11, 24)]
    assert not TrackPoint.objects.exists()


def test_a_trail_reads_one_index(world: SimpleNamespace, clock_at: Callable[[datetime], datetime]) -> None:
    clock_at(NOW)
    position_days_keep()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patrol_trackpoint (device_id, at, unit_id, lat, lon, flag) SELECT n %% 50, "
            "%s - n * interval '1 second', n %% 50, 36, 117, '' FROM generate_series(1, 5000) AS n",
            [NOW],
        )
        cursor.execute("ANALYZE patrol_trackpoint")
    plan = TrackPoint.objects.filter(unit=7, at__gte=NOW - timedelta(minutes=30)).order_by("-at").explain()
    assert "unit_id_at_idx" in plan, plan
    assert "Seq Scan on patrol_trackpoint_20261124" not in plan
