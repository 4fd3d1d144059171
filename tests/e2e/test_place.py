"""Warnings about a place: a colleague's shows at once, one's own is entered once, nothing typed is lost."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from boshan_police.kernel import clock
from dispatch.services.incident import incident_file, incident_note
from grid.models import Hazard
from grid.services.hazard import hazard_enter
from tests.world import IN_EAST

from .conftest import Desk, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HELD_MS = 1200  # a web process holds the warnings for up to a second


def warn(actor: Any, text: str) -> None:
    until = clock.local_day(clock.now())
    hazard_enter(actor=actor, kind="gas", text=text, reason="Inspection", valid_until=until, **IN_EAST)


def test_a_colleagues_warning_shows_beside_what_was_looked_up(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    incident = incident_file(
        actor=committed_world.dispatcher, category="fight", summary="Fight", **IN_EAST
    ).incident
    warn(committed_world.admin, "Old pipes")
    board = sit(committed_world.east_commander, language="en").open("/board/")
    place = board.locator("[data-place]")
    expect(place).to_contain_text("Old pipes")
    board.keyboard.press("p")
    expect(place).to_contain_text("Nothing happened at this place")
    warn(committed_world.admin, "Bottles in the cellar")
    board.wait_for_timeout(HELD_MS)
    incident_note(actor=committed_world.dispatcher, number=incident.number, text="Smell of gas")
    expect(place).to_contain_text("Bottles in the cellar")
    expect(place).to_contain_text("Nothing happened at this place")


def test_a_lost_answer_enters_one_warning_and_keeps_what_was_typed(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    incident_file(actor=committed_world.dispatcher, category="fight", summary="Fight", **IN_EAST)
    board = sit(committed_world.east_commander, language="en").open("/board/")
    place, dialog = board.locator("[data-place]"), board.locator("dialog[open]")
    asked: list[Route] = []

    def lose_first(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    place.get_by_role("button", name="Warn about this place").click()
    text, reason = dialog.locator("#hazard-text"), dialog.locator("#hazard-reason")
    text.fill("Owner's phone 13800000612")
    reason.fill("Inspection")
    text.press("Enter")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_accessible_description(re.compile("no phone or identity numbers"))
    intercept(board, "**/api/hazards/", lose_first)
    text.fill("Bottles in the cellar")
    text.evaluate("(field) => { field.form.requestSubmit(); field.form.requestSubmit(); }")
    expect(dialog).to_contain_text("The server did not answer")
    assert len(asked) == 1
    expect(text).to_have_value("Bottles in the cellar")
    expect(text).to_have_attribute("aria-invalid", "false")
    text.press("Enter")
    expect(place).to_contain_text("Bottles in the cellar")
    assert Hazard.objects.count() == 1

    place.get_by_role("button", name="Withdraw").click()
    why = dialog.locator("#ask-text")
    intercept(board, "**/withdraw/", lambda route: route.abort())
    why.fill("Taken away")
    why.press("Enter")
    expect(dialog).to_contain_text("The server did not answer")
    expect(why).to_have_value("Taken away")
    board.unroute("**/withdraw/")
    why.press("Enter")
    expect(place).not_to_contain_text("Bottles in the cellar")

    held: list[Route] = []
    intercept(board, "**/api/hazards/", lambda route: held.append(route))
    place.get_by_role("button", name="Warn about this place").click()
    text.fill("Rotten floor")
    reason.fill("Inspection")
    text.press("Enter")
    board.keyboard.press("Escape")
    board.keyboard.press("n")
    why.fill("Half a sentence")  # another question stands in the dialog when the answer comes
    held[0].continue_()
    expect(place).to_contain_text("Rotten floor")
    expect(why).to_have_value("Half a sentence")
