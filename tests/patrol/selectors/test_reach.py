"""1-3-5 reach: bands, promises, old positions, scope."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.reference import forget_all
from patrol.models import Unit
from patrol.selectors.reach import band_of, measure, minutes_of, reach_now
from tests.world import EAST


@pytest.fixture(autouse=True)
def _plain_travel(settings: Any) -> None:
    """One metre a second for everybody, in a straight line."""
    settings.TRAVEL_ROAD_FACTOR, settings.TRAVEL_TURNOUT_SECONDS = 1.0, 0.0
    settings.TRAVEL_SPEEDS_KMH = dict.fromkeys(Unit.Kind.values, 3.6)


@pytest.mark.parametrize(
    ("seconds", "band"),
    [(0, 1), (60, 1), (60.1, 3), (180, 3), (300, 5), (600, 10), (601, None), (np.inf, None)],
)
def test_bands(seconds: float, band: int | None) -> None:
    assert band_of(seconds) == band


def test_minutes_are_rounded_up() -> None:
    assert [minutes_of(value) for value in (0.0, 1.0, 60.0, 61.0, np.inf)] == [0, 1, 1, 2, None]


def _only(unit: Unit, grid: Any, **changes: Any) -> None:
    """Leave `unit` alone in the district, in the middle of `grid`."""
    Unit.objects.exclude(pk=unit.pk).update(status=Unit.Status.OFF_DUTY)
    Unit.objects.filter(pk=unit.pk).update(
        **{"lat": grid.lat, "lon": grid.lon, "position_at": clock.now(), "updated_at": clock.now(), **changes}
    )


def test_from_the_middle_of_a_grid(world: SimpleNamespace) -> None:
    _only(world.east_car, world.east_grid_1)
    reach = measure()
    seconds = dict(zip(reach.ground.codes, reach.nearest().tolist(), strict=True))
    assert seconds["城东-001"] == pytest.approx(0, abs=0.5)
    assert seconds["城东-002"] > 600  # 4 km away on foot
    assert (reach.units, reach.stale) == ((world.east_car.pk,), 0)


def test_an_old_position_counts_as_having_driven_away(world: SimpleNamespace) -> None:
    _only(world.east_car, world.east_grid_1, position_at=clock.now() - timedelta(minutes=4))
    reach = measure()
    here = dict(zip(reach.ground.codes, reach.nearest().tolist(), strict=True))["城东-001"]
    assert here == pytest.approx(240, abs=5)
    assert reach.stale == 1


@pytest.mark.parametrize(
    "changes", [{"status": "assigned"}, {"kind": "rescue"}, {"lat": None, "lon": None, "position_at": None}]
)
def test_who_does_not_count(world: SimpleNamespace, changes: dict[str, Any]) -> None:
    _only(world.east_car, world.east_grid_1, **changes)
    assert set(measure().nearest().tolist()) == {np.inf}


def test_no_grids_and_no_units(db: None) -> None:
    assert measure().nearest().tolist() == []


def test_a_change_is_seen_within_two_seconds(world: SimpleNamespace) -> None:
    _only(world.east_car, world.east_grid_1)
    assert np.isfinite(reach_now().nearest()).all()
    world.east_car.refresh_from_db()
    Unit.objects.update(status=Unit.Status.OFF_DUTY, updated_at=clock.now() + timedelta(seconds=1))
    forget_all()  # as half a second later
    assert np.isinf(reach_now().nearest()).all()


def test_the_district_sees_all_and_what_breaks_the_promise(world: SimpleNamespace, api: Any) -> None:
    _only(world.east_car, world.east_grid_1)
    answer = api(world.dispatcher).read("reach/").json()
    assert answer["grids"] == {"城东-001": 1, "城东-002": None, "山头-001": None, "山头-002": None}
    assert [row["grid"] for row in answer["beyond"]] == ["山头-002", "城东-002", "山头-001"]
    assert answer["beyond"][0]["station"] == world.south_grid_2.station_id
    assert (answer["bands"], answer["promise"], answer["units"]) == ([1, 3, 5, 10], 5, 1)


def test_a_station_sees_its_own_ground(world: SimpleNamespace, api: Any) -> None:
    answer = api(world.east_officer).read("reach/").json()
    assert set(answer["grids"]) == {"城东-001", "城东-002"}
    assert {row["station"] for row in answer["beyond"]} <= {EAST}


@pytest.mark.parametrize("who", ["guard", "east_grid", "admin"])
def test_who_may_not(world: SimpleNamespace, api: Any, who: str) -> None:
    assert api(getattr(world, who)).read("reach/").status_code == 403


def test_no_more_than_three_queries(world: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    reach_now()
    forget_all()
    with django_assert_max_num_queries(4):  # the grids' version and rows, the units' state and rows
        reach_now()
    with django_assert_max_num_queries(0):
        reach_now()
