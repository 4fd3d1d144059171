"""Acts on a bad line: what was typed comes back, nothing blocks what follows, nothing noted is lost, no key goes astray."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Route, expect

from dispatch.models import Assignment, Incident
from dispatch.services.incident import incident_claim, incident_file
from tests.world import IN_EAST, SOUTH

from .conftest import Desk, intercept
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _drop(route: Route) -> None:
    """The server does it, and the line drops within the answer."""
    route.fetch()
    route.fulfill(status=200, body='{"number": "2026')


def test_what_was_typed_comes_back_until_the_server_has_it(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.east_commander, language="en"))
    text = page.locator("#ask-text")
    wrong = page.locator("dialog .error-line")
    result = page.locator("[data-acts] .result")

    expect(page.locator("[data-who] h1")).not_to_be_empty()
    page.keyboard.press("n")
    text.fill("长" * 2001)
    page.keyboard.press("Enter")
    expect(wrong).to_have_text("At most 2000 characters; these are 2001.")
    intercept(page, "**/notes/", _drop)
    text.fill("长" * 2000)
    page.keyboard.press("Enter")
    expect(wrong).to_contain_text("The server did not answer")
    page.unroute("**/notes/")
    page.keyboard.press("Enter")
    expect(result).to_have_text("Note added")
    assert fight.timeline.filter(code="incident.note").count() == 1

    intercept(page, "**/hand-over/", lambda route: route.abort())
    page.keyboard.press("h")
    page.locator("#ask-choice").select_option(SOUTH)
    text.fill("It lies on their ground")
    page.keyboard.press("Enter")
    expect(wrong).to_contain_text("The server did not answer")
    expect(page.locator("#ask-choice")).to_have_value(SOUTH)
    page.unroute("**/hand-over/")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("has been asked to take 0001")


def test_a_late_refusal_waits_for_the_question_that_is_open_and_keeps_to_its_incident(
    committed_world: SimpleNamespace, fight: Incident, noise: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"))
    head, text = page.locator("dialog h2"), page.locator("#ask-text")
    result = page.locator("[data-acts] .result")
    expect(page.locator("[data-who] h1")).to_have_text("Fight outside a shop")
    held: list[Route] = []
    intercept(page, "**/notes/", lambda route: held.append(route))
    page.keyboard.press("/")
    page.locator("[name=line]").fill("note 0002 The drummer has left")
    page.keyboard.press("Enter")
    expect(page.locator("[data-who] h1")).to_have_text("Loud music")
    page.locator(f".queue [data-number='{fight.number}']").click()
    page.keyboard.press("e")
    text.fill("Two cars")
    held[0].abort()
    expect(result).to_contain_text("The server did not answer")
    expect(text).to_have_value("Two cars")
    page.unroute("**/notes/")
    page.keyboard.press("Enter")
    expect(head).to_have_text("Note on 0002")
    expect(text).to_have_value("The drummer has left")
    page.keyboard.press("Enter")
    expect(result).to_have_text("Note added")
    assert noise.timeline.last().data["text"] == "The drummer has left"

    intercept(page, "**/split/", _drop, times=1)
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="More")).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Split…").click()
    text.fill("His car is gone")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .error-line")).to_contain_text("The server did not answer")
    page.keyboard.press("Enter")
    expect(result).to_have_text("Filed as 0003")
    assert Incident.objects.count() == 3


def test_steps_noted_stand_beside_each_other_and_go_up_with_the_page(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    world = committed_world
    noise = incident_file(actor=world.watch, category="noise", summary="Loud music", **IN_EAST).incident
    incident_claim(actor=world.east_officer, number=fight.number, unit=world.east_car.pk)
    incident_claim(actor=world.east_officer, number=noise.number, unit=world.east_foot.pk)
    desk = sit(world.east_commander, language="en")
    page = desk.open("/station/")
    press = page.locator("[data-units]").get_by_role("button", name="Set out")
    expect(press).to_have_count(2)
    intercept(page, "**/notes/", lambda route: None)  # an act that never ends
    page.keyboard.press("n")
    page.locator("#ask-text").fill("Under way")
    page.keyboard.press("Enter")
    press.first.click()
    press.last.click()
    noted = page.locator(".pending-step")
    expect(noted).to_have_count(2)
    undo = noted.last.get_by_role("button", name="Undo")
    undo.focus()
    expect(noted.last).to_contain_text(re.compile("sent in [32] s"))
    expect(undo).to_be_focused()
    desk.open("/preferences/")
    end = time.monotonic() + 5
    while Assignment.objects.filter(step="en_route").count() < 2:
        assert time.monotonic() < end
        time.sleep(0.1)
    page.unroute_all(behavior="ignoreErrors")


def test_a_call_is_taken_in_from_any_page(
    fight: Incident, sit: Callable[..., Desk], committed_world: SimpleNamespace
) -> None:
    page = sit(committed_world.dispatcher, language="en").open(f"/incidents/{fight.number}/")
    page.keyboard.press("F2")  # no drawer here: the board's
    expect(page.locator("#intake")).to_be_visible()
    expect(page.locator("#intake-category-find")).to_be_focused()


def test_enter_while_a_call_is_saved_is_not_the_boards(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"))
    expect(page.locator("[data-acts] .primary")).to_contain_text("Send 城东01")
    row = page.locator(".queue .row")
    row.focus()
    page.keyboard.press("F2")
    page.keyboard.press("F1")  # the form lets the keys of the whole page through
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#intake-category-find")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("F2")
    page.locator("#intake-category-find").fill("noise")
    page.keyboard.press("Enter")
    page.locator("#intake-summary").fill("Loud music")
    page.locator("#intake-point").fill("36.50, 117.88")
    held: list[Route] = []
    intercept(page, "**/api/incidents/", lambda route: held.append(route))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#intake")).to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(200)  # the focus of a disabled field is lost with the next picture
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)  # an order would be out by then
    assert not Assignment.objects.exists()
    held[0].continue_()
    expect(page.locator("[data-who] h1")).to_have_text("Loud music")


def test_keys_reach_no_further_than_the_question_that_is_open(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en", color_scheme="light")
    page = open_board(desk)
    expect(page.locator("[data-who] h1")).not_to_be_empty()
    page.keyboard.press("n")
    expect(page.locator("#ask-text")).to_be_focused()
    page.keyboard.press("F2")
    expect(page.locator("#intake")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)

    page.keyboard.press("F1")
    panel = page.get_by_role("dialog", name="All keys")
    panel.get_by_role("button", name="Change").first.click()
    panel.get_by_role("button", name="Close").click()
    before = page.locator("html").get_attribute("data-mode")
    page.keyboard.press("b")  # is day or night still, and nothing else has become it
    expect(page.locator("html")).not_to_have_attribute("data-mode", str(before))
    assert page.evaluate("localStorage.getItem('keys')") is None

    result, ticked = page.locator("[data-acts] .result"), page.locator("[data-near] .ticked")
    expect(ticked).to_have_count(1)
    page.keyboard.press("t")  # what does nothing says why
    expect(result).to_have_text("It is not escalated")
    page.keyboard.press("9")
    expect(result).to_have_text("No unit stands at 9")
    page.locator(".filter-menu summary").click()
    page.keyboard.press("Escape")  # closes the menu, and unticks nobody
    expect(page.locator(".filter-menu")).not_to_have_attribute("open", "")
    expect(ticked).to_have_count(1)

    page.keyboard.press("F1")
    change = panel.locator("[data-focus=note]")
    change.click()
    page.keyboard.press("Shift")
    page.keyboard.press("t")
    expect(panel.get_by_role("alert")).to_have_text("That key is “Take over” already")
    expect(change).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    expect(change).to_be_focused()
    panel.get_by_role("button", name="Close").click()
    note = page.locator(".other-acts .button", has=page.locator("[data-key=note]"))
    expect(note).to_have_text("NoteJ")
    page.keyboard.press("j")
    expect(page.locator("#ask-text")).to_be_focused()
    page.keyboard.press("Escape")
    note.click()
    page.locator("#ask-text").fill("The gate is locked")
    page.keyboard.press("Enter")
    expect(result).to_have_text("Note added")
    expect(note).to_be_focused()

    page = desk.open("/preferences/")
    page.keyboard.press("F1")  # as that page promises
    expect(page.get_by_role("dialog", name="All keys")).to_contain_text("Day or night")


def test_sound_that_was_suspended_comes_back_with_the_next_key(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    desk.page.add_init_script(
        "globalThis.AudioContext = class extends AudioContext {"
        "  constructor() { super(); globalThis.audio = this; } }"
    )
    page = open_board(desk)
    said = page.locator("[data-sound-state]")
    page.keyboard.press("b")
    expect(said).to_contain_text("Sound on")
    page.evaluate("audio.suspend()")  # as a phone call does
    expect(said).to_contain_text("Sound waits for a key or click")
    page.keyboard.press("b")
    expect(said).to_contain_text("Sound on")
