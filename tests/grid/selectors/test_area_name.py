"""Names of areas, for typing an address."""

from boshan_police.kernel import clock
from boshan_police.kernel.reference import forget_all
from grid.models import Grid
from grid.selectors.area_name import area_names


def test_a_retired_grid_is_no_longer_offered(world):
    assert "城东-002" in {area.name for area in area_names()}
    community = world.east_grid_2.community
    Grid.objects.filter(pk=world.east_grid_2.pk).update(valid_until=clock.now())
    forget_all()
    names = {area.name for area in area_names()}
    assert "城东-001" in names
    assert not {"城东-002", community} & names


def test_two_queries(world, django_assert_num_queries):
    with django_assert_num_queries(3):  # and the version
        area_names()
