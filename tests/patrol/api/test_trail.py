"""`GET /api/units/{id}/trail/`: who may look, what is shown, and the trace each look leaves."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from patrol.api.trail import TrailOutput
from patrol.models import TrackPoint
from patrol.services.unit import unit_set_duty
from tests.dispatch.api.conftest import assert_shape
from tests.factories import DeviceFactory

Read = Callable[..., Any]


@pytest.fixture
def read(api: Callable[..., Any], world: SimpleNamespace) -> Read:
    """`read(person, minutes=…)` is the answer about 城东01, which has been at four places."""
    device, now = DeviceFactory(unit=world.east_car), clock.now()
    for minutes, flag in ((50, ""), (20, "late"), (10, "jump"), (5, "")):
        TrackPoint.objects.create(
            device=device, unit=world.east_car, at=now - timedelta(minutes=minutes),
            lat=36.5 + minutes / 1000, lon=117.88, flag=flag,
        )  # fmt: skip

    def ask(person: Any, **query: Any) -> Any:
        return api(person).read(f"units/{world.east_car.pk}/trail/", **query)

    return ask


def test_oldest_first_and_without_jumps(read: Read, world: SimpleNamespace) -> None:
    body = read(world.dispatcher).json()
    assert_shape(body, TrailOutput)
    assert (body["call_sign"], body["minutes"]) == ("城东01", 30)
    assert [point["lat"] for point in body["points"]] == pytest.approx([36.52, 36.505])
    assert len(read(world.dispatcher, minutes=60).json()["points"]) == 3


def test_each_look_leaves_a_trace(read: Read, world: SimpleNamespace) -> None:
    read(world.watch, minutes=60)
    entry = AuditEntry.objects.get(code="unit.trail_seen")
    assert (entry.actor, entry.target, entry.details) == (world.watch, "unit 城东01", {"minutes": 60})


def test_who_may_see_whom(read: Read, world: SimpleNamespace, api: Callable[..., Any]) -> None:
    statuses = {
        name: read(getattr(world, name)).status_code
        for name in ("dispatcher", "east_commander", "south_commander", "guard", "east_officer", "east_grid", "admin")
    }  # fmt: skip
    assert statuses == {
        "dispatcher": 200, "east_commander": 200, "south_commander": 404, "guard": 404,
        "east_officer": 403, "east_grid": 403, "admin": 403,
    }  # fmt: skip
    assert api(world.guard).read(f"units/{world.squadron.pk}/trail/").status_code == 200
    assert api(None).read(f"units/{world.squadron.pk}/trail/").status_code == 401
    assert AuditEntry.objects.filter(code="unit.trail_seen").count() == 3


def test_off_duty_there_is_none_nor_of_the_duty_before(read: Read, world: SimpleNamespace) -> None:
    for on_duty in (False, True):
        unit_set_duty(actor=world.east_commander, unit=world.east_car.pk, on_duty=on_duty)
        assert read(world.dispatcher).json()["points"] == []


@pytest.mark.parametrize("minutes", [0, 241, "all"])
def test_four_hours_are_the_most(read: Read, world: SimpleNamespace, minutes: Any) -> None:
    answer = read(world.dispatcher, minutes=minutes)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "minutes")
