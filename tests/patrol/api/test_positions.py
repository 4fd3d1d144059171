"""`POST /api/positions/`: many devices in one request, each point answered for itself."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from patrol.api.position import PointsOutput
from patrol.models import TrackPoint, Unit
from tests.dispatch.api.conftest import assert_shape
from tests.factories import DeviceFactory

POINT = {"device": "radio-1", "lat": 36.501, "lon": 117.881}


@pytest.fixture(autouse=True)
def _device(world: SimpleNamespace) -> None:
    DeviceFactory(unit=world.east_car, identifier="radio-1")


def _at(seconds: float = 0) -> str:
    return (clock.now() + timedelta(seconds=seconds)).isoformat()


def test_each_point_is_answered_for_itself(api: Callable[..., Any], world: SimpleNamespace) -> None:
    points = [
        {**POINT, "at": _at(), "speed": 36, "heading": 361, "accuracy": -1},
        {**POINT, "at": _at(-60)},
        {**POINT, "at": _at(), "device": "stranger"},
        {**POINT, "at": _at(3600)},
        {**POINT, "at": "yesterday"},
        "a point",
    ]
    answer = api(world.dispatcher).send("positions/", {"points": points})
    assert answer.status_code == 200
    body = answer.json()
    assert_shape(body, PointsOutput)
    assert body["counts"] == {"taken": 1, "late": 1, "unknown": 1, "future": 1, "unreadable": 2}
    assert [(each["row"], each["outcome"], each["field"]) for each in body["not_shown"]] == [
        (1, "late", None),
        (2, "unknown", None),
        (3, "future", None),
        (4, "unreadable", "at"),
        (5, "unreadable", ""),
    ]
    newest = TrackPoint.objects.order_by("at").last()
    assert newest is not None
    assert (newest.speed, newest.heading, newest.accuracy) == (36.0, 1.0, None)
    assert Unit.objects.get(pk=world.east_car.pk).lat == POINT["lat"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": 91}, "lat"),
        ({"lat": "36.5"}, "lat"),
        ({"lon": True}, "lon"),
        ({"lon": None}, "lon"),
        ({"device": ""}, "device"),
        ({"device": 7}, "device"),
        ({"device": "x" * 65}, "device"),
        ({"device": "a\u0000b"}, "device"),
        ({"at": "2026-11-24T12:00:00"}, "at"),  # no zone
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": 1}, "at"),
        ({"speed": "fast"}, "speed"),
        ({"heading": 1e9}, "heading"),
    ],
)
def test_what_cannot_be_read_is_named(
    api: Callable[..., Any], world: SimpleNamespace, change: dict[str, Any], field: str
) -> None:
    body = api(world.dispatcher).send("positions/", {"points": [{**POINT, "at": _at(), **change}]}).json()
    assert body["not_shown"] == [{"row": 0, "outcome": "unreadable", "field": field}]


@pytest.mark.parametrize("body", [{}, [], {"points": "all"}, {"points": [1] * 10_001}])
def test_a_request_without_its_form_is_refused(
    api: Callable[..., Any], world: SimpleNamespace, body: Any
) -> None:
    answer = api(world.dispatcher).send("positions/", body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "points")


def test_ten_thousand_points_fit(api: Callable[..., Any], world: SimpleNamespace) -> None:
    points = [{**POINT, "at": _at(index / 1000), "speed": 35.5, "heading": 271.5} for index in range(10_000)]
    answer = api(world.dispatcher).send("positions/", {"points": points})
    assert answer.json()["counts"] == {"taken": 10_000}


def test_who_may(api: Callable[..., Any], world: SimpleNamespace) -> None:
    body = {"points": [{**POINT, "at": _at()}]}
    assert api(None).send("positions/", body).status_code == 401
    assert api(world.east_grid).send("positions/", body).status_code == 403
    assert api(world.south_officer).send("positions/", body).json()["counts"] == {"unknown": 1}
    assert api(world.east_officer).send("positions/", body).json()["counts"] == {"taken": 1}
