"""Many positions at once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid, Refused
from patrol.live import unit_changes
from patrol.models import Unit
from patrol.services.unit import Position, units_place


def test_all_are_placed_and_told_in_four_queries(
    world: SimpleNamespace, django_assert_num_queries: object
) -> None:
    told: list[list[int]] = []

    def hear(*, units: list[int], **_: object) -> None:
        told.append(units)

    now = clock.now()
    unit_changes.connect(hear)
    try:
        # savepoint and release of the enclosing test transaction are counted too
        with django_assert_num_queries(6):
            placed = units_place(
                actor=world.dispatcher,
                positions=[
                    Position(world.south_car.pk, 36.6, 117.95, now),
                    Position(world.east_car.pk, 36.51, 117.89, now),
                ],
            )
    finally:
        unit_changes.disconnect(hear)
    assert placed == 2
    assert told == [sorted([world.east_car.pk, world.south_car.pk])]
    car = Unit.objects.get(pk=world.east_car.pk)
    assert (car.lat, car.lon, car.position_at) == (36.51, 117.89, now)
    assert car.version == world.east_car.version + 1


def test_a_position_older_than_the_known_one_changes_nothing(world: SimpleNamespace) -> None:
    late = world.east_car.position_at - timedelta(seconds=1)
    assert (
        units_place(actor=world.dispatcher, positions=[Position(world.east_car.pk, 36.6, 117.9, late)]) == 0
    )
    assert Unit.objects.get(pk=world.east_car.pk).version == world.east_car.version


@pytest.mark.parametrize(("lat", "lon", "ahead"), [(91, 117, 0), (36, 181, 0), (36, 117, 31)])
def test_an_impossible_position_refuses_all(
    world: SimpleNamespace, lat: float, lon: float, ahead: int
) -> None:
    now = clock.now()
    with pytest.raises(Invalid):
        units_place(
            actor=world.dispatcher,
            positions=[
                Position(world.east_car.pk, 36.5, 117.9, now),
                Position(world.south_car.pk, lat, lon, now + timedelta(seconds=ahead)),
            ],
        )
    assert Unit.objects.get(pk=world.east_car.pk).version == world.east_car.version


def test_other_peoples_units_are_refused(world: SimpleNamespace) -> None:
    with pytest.raises(Refused):
        units_place(
            actor=world.east_officer, positions=[Position(world.south_car.pk, 36.5, 117.9, clock.now())]
        )
