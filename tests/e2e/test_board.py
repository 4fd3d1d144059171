"""The board by hand and by key, the wall by eye."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from dispatch.models import Assignment, Incident
from dispatch.services.incident import incident_file
from tests.world import IN_EAST

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FULL = {"width": 1920, "height": 1080}
LOW = {"width": 1366, "height": 650}
ZOOMED = {"width": 960, "height": 540}  # a 1920 × 1080 screen at 200 %


@pytest.fixture
def fight(committed_world: SimpleNamespace) -> Incident:
    return incident_file(
        actor=committed_world.watch,
        category="fight",
        summary="Fight outside a shop. One man bleeds.",
        caller_name="李小明",
        caller_phone="13800000612",
        **IN_EAST,
    ).incident


def open_board(desk: Desk, path: str = "/board/") -> Page:
    page = desk.open(path)
    expect(page.locator("[data-age]")).to_contain_text(re.compile("Live|实时"))
    return page


def test_sent_and_recalled_by_keyboard(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"))
    expect(page.locator("[data-who] h1")).to_have_text("Fight outside a shop")
    main = page.locator("[data-acts] .primary")
    expect(main).to_contain_text("Send 城东01")  # what is recommended is ticked
    page.keyboard.press("Escape")
    expect(main).to_be_disabled()
    page.keyboard.press("1")
    expect(main).to_contain_text("Send 城东01")
    page.keyboard.press("Enter")
    result = page.locator("[data-acts] .result")
    expect(result).to_contain_text("sent to 0001")
    order = Assignment.objects.get()
    expect(page.locator("[data-assigned]")).to_contain_text(order.label)

    result.get_by_role("button", name="Recall").click()
    page.keyboard.press("Enter")  # without a reason nothing is sent
    expect(page.locator("dialog .error-line")).to_be_visible()
    page.keyboard.type("A nearer unit goes")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("recalled")
    order.refresh_from_db()
    assert (order.step, order.outcome) == ("released", "A nearer unit goes")


def test_the_command_line_says_what_it_understood(
    committed_world: SimpleNamespace, fight: Incident, noise: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher))
    understood = page.locator("[data-understood]")
    page.keyboard.press("/")
    page.keyboard.type("派 0002 山头")
    expect(understood).to_have_class("wrong")  # three begin so
    page.keyboard.type("02")
    expect(understood).to_contain_text("山头02")
    assert not Assignment.objects.exists()  # a preview sends nothing
    page.keyboard.press("Enter")
    expect(page.locator("[data-assigned]")).to_contain_text("山头02")
    assert Assignment.objects.get().incident == noise


def test_filters_stand_as_chips_and_can_be_removed(
    committed_world: SimpleNamespace, fight: Incident, noise: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"))
    rows = page.locator(".queue .row")
    expect(rows).to_have_count(2)
    page.locator(".filter-menu summary").click()
    page.locator(".filter-menu select[name=station]").select_option(label="Shantou")
    expect(rows).to_have_count(1)
    page.locator(".filter-chips .chip").click()
    expect(rows).to_have_count(2)


def test_whatever_row_is_in_sight_counts(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    for n in range(40):
        incident_file(actor=committed_world.watch, category="noise", summary=f"Loud music {n}", **IN_EAST)
    page = open_board(sit(committed_world.dispatcher, screen=LOW))
    page.locator("[data-folded]").click()
    page.keyboard.press("Escape")
    box = page.locator("[data-list]")
    for share, summary in ((1, "Loud music 39"), (0.5, "Loud music 20"), (0, "Loud music 0")):
        box.evaluate("(box, share) => (box.scrollTop = share * (box.scrollHeight - box.clientHeight))", share)
        row = box.locator(".row", has=page.get_by_text(summary, exact=True))
        expect(row).to_be_in_viewport()
        timer = row.locator(".row-timer")
        expect(timer).to_have_text(re.compile(r"\d\d:\d\d"))
        words = timer.inner_text()
        expect(timer).not_to_have_text(words, timeout=2500)
    box.locator(".row", has=page.get_by_text("Loud music 0", exact=True)).click()
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-who] h1")).to_have_text("Loud music 30")
    expect(box.locator(".row.selected")).to_be_focused()


def test_night_is_remembered_and_every_key_is_told(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en", color_scheme="light")
    page = open_board(desk)
    before = page.locator("html").get_attribute("data-mode")
    page.keyboard.press("b")
    after = "day" if before == "night" else "night"
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mode", after)
    expect(page.locator("[data-age]")).to_contain_text("Live")
    page.wait_for_load_state("networkidle")  # each part of the page tells its keys
    page.keyboard.press("?")
    keys = page.locator("dialog .keys-list")
    for text in ("New incident", "Command line", "Acknowledge alarm", "Silence 60 s", "Day or night"):
        expect(keys).to_contain_text(text)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("[data-sound-state]")).to_contain_text("Muted 00:5")


def test_a_button_of_the_map_says_why_it_does_nothing(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, FULL, language="en"))
    page.get_by_role("button", name="Selected").click()
    expect(page.locator("[data-acts] .result")).to_contain_text("Choose an incident first")


def test_a_reveal_needs_a_reason_and_shows_in_the_history(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"))
    expect(page.locator(".caller")).to_contain_text("138****0612")
    page.keyboard.press("v")
    page.locator("dialog textarea").fill("Call back")
    page.keyboard.press("Enter")
    expect(page.locator(".revealed")).to_have_text("李小明 · 13800000612")
    expect(page.locator(".history")).to_contain_text("Call back")


def test_an_ended_session_says_so_and_leads_back(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    page = open_board(desk)
    Session.objects.all().delete()
    desk.context.set_offline(True)
    page.wait_for_timeout(500)
    desk.context.set_offline(False)
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("too late")
    page.keyboard.press("Enter")
    link = page.locator("[data-line-bar] a")
    expect(link).to_have_text("Sign in again")
    expect(link).to_have_attribute("href", re.compile(r"/login/\?next="))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("screen", [FULL, LOW, ZOOMED], ids=["full", "low", "zoomed"])
def test_every_screen_shows_it_whole(
    committed_world: SimpleNamespace,
    fight: Incident,
    noise: Incident,
    sit: Callable[..., Desk],
    screen: dict[str, int],
    language: str,
) -> None:
    desk = sit(committed_world.dispatcher, screen, language=language)
    refused: list[str] = []
    desk.page.on(
        "console", lambda said: refused.append(said.text) if "Content Security" in said.text else None
    )
    page = open_board(desk)
    expect(page.locator(".queue .row")).to_have_count(2)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= screen["width"]
    if screen is not ZOOMED:
        assert page.evaluate("document.documentElement.scrollHeight") <= screen["height"]
        expect(page.locator("[data-acts] .primary")).to_be_in_viewport()
    assert page.locator("canvas.ground-canvas").evaluate("canvas => canvas.width") >= screen["width"] // 4
    assert not refused


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_wall_is_large_and_names_nobody(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk], language: str
) -> None:
    fight.limit_at = fight.reported_at
    fight.save(update_fields=["limit_at"])
    page = open_board(sit(committed_world.watch, FULL, language=language), "/wall/")
    expect(page.locator(".wall-hot li.late")).to_have_count(1)
    expect(page.locator("[data-count=open]")).to_have_text("1")
    expect(page.locator("[data-mean]")).to_have_text(re.compile("no history|无往期数据|没有"))
    text = page.locator("main").inner_text()
    for word in ("Fight outside", "bleeds", "李", "138"):
        assert word not in text
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll("main *")]
            .filter((node) => node.offsetParent && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
            .filter((node) => !node.closest("script, [hidden]"))
            .map((node) => parseFloat(getComputedStyle(node).fontSize)))"""
    )
    assert smallest >= 32
    assert page.evaluate("document.documentElement.scrollHeight") <= FULL["height"]


def test_show_on_the_board_leads_to_that_incident(
    committed_world: SimpleNamespace, fight: Incident, noise: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.dispatcher, language="en"), f"/board/#{noise.number}")
    expect(page.locator("[data-who] h1")).to_have_text("Loud music")  # the fight is the more urgent one
