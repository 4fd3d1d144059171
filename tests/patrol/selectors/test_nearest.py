"""nearest_free: by distance on the sphere, not by degrees, and by its index."""

import random
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patrol.models import Unit
from patrol.positions import metres_apart
from patrol.selectors.unit import nearest_free
from tests.factories import UnitFactory


@pytest.fixture
def many(world: SimpleNamespace) -> list[Unit]:
    """Units all over the district, so many that reading them all would be dearer than the index."""
    dice = random.Random(5)
    Unit.objects.update(status=Unit.Status.OFF_DUTY)  # the cast stands on two points only
    for status in Unit.Status.values:
        Unit.objects.bulk_create(
            UnitFactory.build(
                organisation=world.east_car.organisation, station=None, status=status, call_sign=f"{status}{index}",
                lat=36.5 + dice.uniform(-0.2, 0.2), lon=117.9 + dice.uniform(-0.2, 0.2),
            )
            for index in range(1000)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patrol_unit")
    return list(Unit.objects.filter(status=Unit.Status.FREE))


def test_in_the_order_of_the_distance(many: list[Unit]) -> None:
    for place in ((36.5, 117.9), (36.41, 118.03), (36.7, 117.7)):
        searched = sorted(many, key=lambda unit: metres_apart((unit.lat, unit.lon), place))  # noqa: B023 - used at once
        assert nearest_free(*place, limit=10) == [unit.pk for unit in searched[:10]]


def test_by_the_index(many: list[Unit]) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(nearest_free(36.5, 117.9, limit=10)) == 10
    (query,) = captured
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using unit_nearest_free" in plan, plan


def test_units_without_a_place_are_nowhere_near(world: SimpleNamespace) -> None:
    Unit.objects.exclude(pk=world.east_foot.pk).update(lat=None, lon=None, position_at=None)
    assert nearest_free(36.5, 117.9, limit=10) == [world.east_foot.pk]
