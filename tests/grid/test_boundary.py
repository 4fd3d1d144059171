"""What is taken as the boundary of a grid."""

import logging

import pytest
from django.test import Client

from boshan_police.kernel import reference
from boshan_police.kernel.errors import Invalid
from grid.boundary import read_boundary
from grid.models import Grid
from grid.selectors.territory import territory
from tests.factories.ground import square


def polygon(*points):
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


def test_a_square_and_two_squares():
    assert read_boundary(square(36.48, 117.86)).area == pytest.approx(0.0016)
    both = {
        "type": "MultiPolygon",
        "coordinates": [square(36.48, 117.86)["coordinates"], square(36.6, 117.86)["coordinates"]],
    }
    assert read_boundary(both).area == pytest.approx(0.0032)


@pytest.mark.parametrize(
    ("boundary", "code"),
    [
        (None, "boundary_kind"),
        ([], "boundary_kind"),
        ({}, "boundary_kind"),
        ({"type": "Point", "coordinates": [117.8, 36.5]}, "boundary_kind"),
        ({"type": "Polygon"}, "boundary_unreadable"),
        ({"type": "Polygon", "coordinates": None}, "boundary_empty"),
        ({"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"]]]}, "boundary_unreadable"),
        ({"type": "Polygon", "coordinates": [[[117.8, 36.5], [117.9, 36.5]]]}, "boundary_unreadable"),
        ({"type": "Polygon", "coordinates": [[117.8, 36.5, 117.9]]}, "boundary_unreadable"),
        ({"type": "MultiPolygon", "coordinates": [[117.8]]}, "boundary_unreadable"),
        ({"type": "Polygon", "coordinates": []}, "boundary_empty"),
        (polygon((36.48, 117.86), (36.52, 117.86), (36.5, 117.9)), "boundary_degrees"),
        (polygon((500_000, 4_000_000), (500_100, 4_000_000), (500_000, 4_000_100)), "boundary_degrees"),
        (polygon((0, 0), (1, 1), (1, 0), (0, 1)), "boundary_crosses"),
        (polygon((0, 0), (float("nan"), 1), (1, 0)), None),
    ],
)
def test_what_is_refused(boundary, code):
    with pytest.raises(Invalid) as refused:
        read_boundary(boundary)
    assert refused.value.field == "boundary"
    if code:
        assert refused.value.code == code


def test_a_grid_with_a_spoilt_boundary_can_still_be_renamed(world):
    grid = world.east_grid_1
    Grid.objects.filter(pk=grid.pk).update(boundary=polygon((0, 0), (1, 1), (1, 0), (0, 1)))
    office = Client()
    office.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    names = ("code", "community_code", "community", "lat", "lon")
    form = {name: getattr(grid, name) for name in names} | {"station": grid.station_id, "community": "新社区"}
    assert office.post(f"/admin/grid/grid/{grid.pk}/change/", form).status_code == 302
    grid.refresh_from_db()
    assert grid.community == "新社区"


def test_one_spoilt_boundary_does_not_stop_the_others(world, caplog):
    Grid.objects.filter(code="城东-001").update(boundary={"type": "Polygon"})
    reference.forget_all()
    with caplog.at_level(logging.ERROR):
        assert not territory().locate(36.50, 117.88).inside
    assert "城东-001" in caplog.text
    assert territory().locate(36.50, 117.92).grid_code == "山头-001"
