"""The wall's figures of today: counted in the bureau's zone, and silent about what was never recorded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Incident, ReplayedRow
from dispatch.selectors.today import today
from dispatch.services.incident import incident_file
from tests.world import IN_EAST, IN_SOUTH

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # Monday 10:30 in Shanghai
Clock = Callable[[datetime], datetime]


@pytest.fixture(autouse=True)
def _monday(clock_at: Clock) -> None:
    clock_at(NOW)


def received(
    world: SimpleNamespace, *, days: int = 0, place: dict[str, float] = IN_EAST, **ago: float
) -> Incident:
    """An incident received `ago` before now, `days` earlier; filed without the rule that forbids old times."""
    incident = incident_file(actor=world.dispatcher, category="noise", summary="Music", **place).incident
    incident.reported_at = NOW - timedelta(days=days, **ago)
    incident.save(update_fields=["reported_at"])
    return incident


def figures() -> dict[str, Any]:
    return today(Incident.objects.all())


def test_hours_are_the_bureaus_and_those_ahead_are_unknown(world: SimpleNamespace) -> None:
    received(world, minutes=10)  # 10:20
    received(world, hours=2)  # 08:30
    received(world, hours=11)  # yesterday 23:30 in Shanghai, today in no zone that counts
    answer = figures()
    assert answer["date"] == "2026-11-23"
    assert answer["received"] == 2
    assert (answer["hours"][8], answer["hours"][10]) == (1, 1)
    assert answer["hours"][:11].count(0) == 9
    assert answer["hours"][11:] == [None] * 13


def test_without_history_there_is_nothing_to_compare(world: SimpleNamespace) -> None:
    received(world, minutes=5)
    answer = figures()
    assert answer["earlier"] is None
    assert answer["accepted"] is None
    assert answer["arrival"] is None


def test_days_before_the_first_record_do_not_count_as_quiet_ones(world: SimpleNamespace) -> None:
    received(world, days=8, hours=10)  # Sunday of the week before last: the record begins
    received(world, days=7, hours=2)
    received(world, days=7, hours=-1)  # later that day: not yet, at this time of day
    earlier = figures()["earlier"]
    assert earlier["days"] == 1
    assert earlier["high"][8] == 1
    assert earlier["low"][8] == 1
    assert earlier["mean_received"] == 1


def test_band_and_mean_over_four_weeks(world: SimpleNamespace) -> None:
    received(world, days=40)
    for week, count in ((1, 1), (2, 3)):
        for _ in range(count):
            received(world, days=7 * week, hours=2)
    earlier = figures()["earlier"]
    assert earlier["days"] == 4
    assert (earlier["low"][8], earlier["high"][8]) == (0, 3)
    assert earlier["mean_received"] == 1


def test_accepted_in_time(world: SimpleNamespace) -> None:
    def order(dispatched: float, accepted: float | None) -> Incident:
        incident = received(world, minutes=30)
        incident.dispatched_at = NOW - timedelta(seconds=dispatched)
        incident.accepted_at = (
            None if accepted is None else incident.dispatched_at + timedelta(seconds=accepted)
        )
        incident.save()
        return incident

    order(600, 30)
    order(600, 31)
    order(600, None)  # never accepted: late
    order(20, None)  # still within its time: not counted
    inferred = order(600, 0)
    ReplayedRow.objects.create(source="log", key="1", incident=inferred, inferred=["accepted_at"])
    accepted = figures()["accepted"]
    assert accepted == {"share": pytest.approx(1 / 3), "of": 3, "seconds": 30, "target": 0.98}


def test_median_arrival_today_and_a_week_ago(world: SimpleNamespace) -> None:
    for days, seconds in ((0, 100), (0, 200), (0, 600), (7, 300)):
        incident = received(world, days=days, hours=1)
        incident.arrived_at = incident.reported_at + timedelta(seconds=seconds)
        incident.save()
    assert figures()["arrival"] == {"of": 3, "median_seconds": 200, "week_ago_seconds": 300}


def test_a_station_counts_its_own(world: SimpleNamespace, api: Callable[..., Any]) -> None:
    received(world, minutes=5)
    received(world, minutes=5, place=IN_SOUTH)
    assert api(world.dispatcher).read("figures/today/").json()["received"] == 2
    assert api(world.south_officer).read("figures/today/").json()["received"] == 1
    assert api(None).read("figures/today/").status_code == 401


def test_four_queries(world: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as queries:
        figures()
    assert len(queries) == 4
