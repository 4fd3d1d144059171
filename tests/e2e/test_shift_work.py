"""Reinforcement, hand-over and a pulled unit, by the people of both sides in their own browsers."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from tests.world import IN_EAST, SOUTH

from .conftest import Desk
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_reinforcement_is_asked_for_seen_and_answered(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    station = open_board(sit(committed_world.east_commander, language="en"))
    centre = open_board(sit(committed_world.dispatcher, language="en"))
    station.keyboard.press("e")
    station.locator("#ask-text").fill("Two cars and a shield")
    station.keyboard.press("Enter")
    asked = centre.locator("[data-asks]")
    expect(asked).to_contain_text("Two cars and a shield")
    expect(centre.locator("[data-list] .chip.asked")).to_have_text("Reinforce")
    expect(centre.locator("[data-acts] .primary")).to_contain_text("Send")
    centre.keyboard.press("Enter")
    expect(asked).to_be_empty()
    expect(station.locator("[data-asks]")).to_be_empty()
    expect(station.locator("[data-history]")).to_contain_text("Reinforcement sent")


def test_a_hand_over_reaches_the_other_station_which_takes_it_in(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    south = open_board(sit(committed_world.south_officer, language="en"))
    east = open_board(sit(committed_world.east_commander, language="en"))
    expect(south.locator("[data-list] .row")).to_have_count(0)
    east.keyboard.press("h")
    east.locator("#ask-choice").select_option(SOUTH)
    east.locator("#ask-text").fill("It lies on their ground")
    east.keyboard.press("Enter")
    row = south.locator("[data-list] .row")
    expect(row).to_contain_text("Hand-over")
    row.click()
    south.get_by_role("button", name="Take it in").click()
    expect(row.locator(".chip.asked")).to_be_hidden()
    expect(east.locator("[data-list] .row:not(.ended)")).to_have_count(0)
    fight.refresh_from_db()
    assert fight.station_id == SOUTH


def test_a_busy_unit_is_pulled_by_the_command_line_with_a_reason(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    noise = incident_file(
        actor=committed_world.watch, category="noise", summary="Loud music", **IN_EAST
    ).incident
    assignment_create(actor=committed_world.watch, number=noise.number, units=[committed_world.east_car.pk])
    page = open_board(sit(committed_world.dispatcher, language="en"))
    page.keyboard.press("/")
    line = page.locator("[name=line]")
    line.fill("pull 0001 城东01")
    expect(page.locator("[data-understood]")).to_contain_text("Write the reason")
    line.fill("pull 0001 城东01 a knife")
    expect(page.locator("[data-understood]")).to_contain_text("Pull 城东01 for 0001")
    page.keyboard.press("Enter")
    expect(page.locator("[data-acts] .result")).to_contain_text("was pulled and sent to 0001")
    assert Assignment.objects.get(released_at=None).incident == fight
    noise.refresh_from_db()
    assert noise.status == "reported"
