"""Which grid a point lies in. The cast's grids are squares of 0.04 degrees: see `tests.world`."""

import pytest

from boshan_police.kernel import reference
from grid.models import Grid
from grid.selectors.territory import OUTSIDE, territory
from tests.factories import GridFactory
from tests.world import EAST


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (36.50, 117.88, "城东-001"),
        (36.54, 117.88, "城东-002"),
        (36.50, 117.92, "山头-001"),
        (36.48, 117.87, "城东-001"),  # on the district's own edge
        (36.48, 117.86, "城东-001"),  # its corner
        (36.56, 117.94, "山头-002"),  # the opposite corner
    ],
)
def test_a_point_has_its_grid(world, lat, lon, code):
    place = territory().locate(lat, lon)
    grid = Grid.objects.get(code=code)
    assert place.inside
    assert (place.grid_id, place.grid_code) == (grid.pk, code)
    assert (place.station, place.community) == (grid.station_id, grid.community)


@pytest.mark.parametrize(
    ("lat", "lon"), [(36.50, 117.90), (36.52, 117.88), (36.52, 117.90)], ids=["edge", "edge", "corner"]
)
def test_a_shared_border_belongs_to_the_lowest_grid(world, lat, lon):
    assert territory().locate(lat, lon).grid_id == world.east_grid_1.pk


@pytest.mark.parametrize(
    ("lat", "lon"), [(36.47999, 117.88), (36.50, 117.94001), (39.9, 116.4), (0.0, 0.0), (90.0, 180.0)]
)
def test_outside(world, lat, lon):
    assert territory().locate(lat, lon) is OUTSIDE
    assert not OUTSIDE.inside
    assert OUTSIDE.grid_id is OUTSIDE.grid_code is OUTSIDE.station is None


def test_a_multipolygon_and_a_hole(world):
    ring = [[117.0, 36.0], [117.3, 36.0], [117.3, 36.3], [117.0, 36.3], [117.0, 36.0]]
    hole = [[117.1, 36.1], [117.2, 36.1], [117.2, 36.2], [117.1, 36.2], [117.1, 36.1]]
    island = [[116.0, 36.0], [116.1, 36.0], [116.1, 36.1], [116.0, 36.1], [116.0, 36.0]]
    boundary = {"type": "MultiPolygon", "coordinates": [[ring, hole], [island]]}
    GridFactory(code="城东-090", station_id=EAST, station=None, boundary=boundary)
    reference.forget_all()
    assert territory().locate(36.05, 117.05).grid_code == "城东-090"
    assert territory().locate(36.05, 116.05).grid_code == "城东-090"
    assert not territory().locate(36.15, 117.15).inside


def test_an_empty_territory(db):
    assert len(territory()) == 0
    assert territory().locate(36.5, 117.9) is OUTSIDE


def test_codes(world):
    assert territory().grid_code(world.east_grid_1.pk) == "城东-001"
    assert territory().grid_code(None) is None
    assert territory().grid_code(0) is None


def test_one_query_then_none(world, django_assert_num_queries):
    with django_assert_num_queries(2):  # the version, the grids
        territory().locate(36.50, 117.88)
    with django_assert_num_queries(0):
        for _ in range(100):
            territory().locate(36.50, 117.88)


def test_a_change_is_noticed_by_its_version(world, monkeypatch):
    assert territory().locate(36.50, 117.88).grid_code == "城东-001"
    Grid.objects.filter(code="城东-001").update(code="城东-777")
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    assert territory().locate(36.50, 117.88).grid_code == "城东-777"
    before = territory()
    assert territory() is before  # asked again, nothing moved, nothing loaded
