"""Who says "on scene" from afar: the step counts, and the timeline says from where."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from dispatch.actions import describe
from dispatch.lifecycle import Step
from dispatch.models import Assignment, Incident, TimelineEntry
from patrol.models import Unit
from tests.world import IN_EAST

Send = Callable[..., Assignment]
CODE = "unit.far_from_scene"


def _arrive_from(
    send: Send, incident: Incident, world: SimpleNamespace, lat: float | None, age: float
) -> None:
    at = clock.now() - timedelta(seconds=age)
    place = {"lat": lat, "lon": IN_EAST["lon"], "position_at": at} if lat else dict.fromkeys(
        ("lat", "lon", "position_at")
    )  # fmt: skip
    Unit.objects.filter(pk=world.east_car.pk).update(**place)
    assert send(incident, "accept", "depart", "arrive").step == Step.ON_SCENE


def test_from_afar_it_is_noted(file: Callable[..., Incident], send: Send, world: SimpleNamespace) -> None:
    incident = file()
    _arrive_from(send, incident, world, IN_EAST["lat"] + 0.01, age=5)  # 1.1 km north
    entry = TimelineEntry.objects.get(incident=incident, code=CODE)
    assert describe(CODE, entry.data) == "城东01 says on scene, its position is 1.1 km away"
    arrived = TimelineEntry.objects.get(incident=incident, code="unit.arrived")
    assert (entry.version, entry.at) == (arrived.version + 1, arrived.at)
    assert entry.data["assignment"] == Assignment.objects.get().pk


@pytest.mark.parametrize(
    ("lat", "age"),
    [(IN_EAST["lat"] + 0.004, 5), (IN_EAST["lat"] + 0.01, 61), (None, 0)],
    ids=["near", "old", "none"],
)
def test_from_near_or_from_who_knows_where_it_is_not(
    file: Callable[..., Incident], send: Send, world: SimpleNamespace, lat: float | None, age: float
) -> None:
    incident = file()
    _arrive_from(send, incident, world, lat, age)
    assert not TimelineEntry.objects.filter(incident=incident, code=CODE).exists()


def test_an_incident_without_a_place_is_nowhere_far(
    file: Callable[..., Incident], send: Send, world: SimpleNamespace
) -> None:
    incident = file(lat=None, lon=None)
    _arrive_from(send, incident, world, 36.9, age=5)
    assert not TimelineEntry.objects.filter(incident=incident, code=CODE).exists()
