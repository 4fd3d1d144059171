"""A unit that reports where it is: it moves on the board, its trail is asked for once, a far "on scene" is marked."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import Request, expect

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.incident import incident_file
from patrol.models import Unit
from patrol.services.position import Outcome, Report, positions_take
from tests.factories import DeviceFactory
from tests.world import IN_EAST

from .conftest import Desk
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FAR = IN_EAST["lat"] + 0.02  # 2.2 km north of the scene


def test_a_unit_reports_its_way(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    world = committed_world
    DeviceFactory(unit=world.east_car, identifier="radio-1")
    Unit.objects.filter(pk=world.east_car.pk).update(lat=FAR, position_at=clock.now() - timedelta(minutes=3))

    def report(north: float, seconds: float) -> None:
        at = clock.now() + timedelta(seconds=seconds)
        taken = positions_take(
            actor=world.dispatcher, reports=[Report("radio-1", at, FAR + north, IN_EAST["lon"])]
        )
        assert taken == [Outcome.TAKEN]

    report(0.0005, -120)
    report(0.001, -60)
    number = incident_file(
        actor=world.dispatcher, category="fight", summary="Fight outside a shop", **IN_EAST
    ).incident.number
    (order,) = assignment_create(actor=world.dispatcher, number=number, units=[world.east_car.pk])

    asked: list[str] = []

    def note(request: Request) -> None:
        if "/trail/" in request.url:
            asked.append(request.url)

    desk = sit(world.dispatcher, language="en")
    desk.page.on("request", note)
    with desk.page.expect_response(lambda answer: "/trail/" in answer.url) as answered:
        page = open_board(desk)
    assert len(answered.value.json()["points"]) == 2
    assigned = page.locator("[data-assigned]")
    expect(assigned).to_contain_text("2.3 km")
    report(0.0, 0)
    expect(assigned).to_contain_text("2.2 km")  # the live position, within the five seconds of the list

    for verb in ("accept", "depart", "arrive"):
        assignment_advance(actor=world.east_officer, number=number, assignment=order.pk, verb=verb)
    expect(assigned.locator(".far")).to_have_text("was 2.2 km away")
    expect(page.locator("[data-history] b")).to_contain_text(
        "城东01 says on scene, its position is 2.2 km away"
    )
    assert len(asked) == 1  # it grows by the live positions
    assert AuditEntry.objects.filter(code="unit.trail_seen", actor=world.dispatcher).count() == 1
