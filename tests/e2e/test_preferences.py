"""One's own sound, notices and keys: chosen on one screen, true on all of them, after a reload and in another browser."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from boshan_police.kernel.models import AuditEntry
from dispatch.services.incident import incident_file
from grid.models import Preference, User
from tests.world import IN_EAST

from .conftest import Desk, intercept
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LISTEN = """
window.played = [];
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { played.push(this.frequency.value); return begin.call(this, at); };
"""


HEARD = "played.filter((tone) => tone === 587).length"
"""How often the soft note of a new order sounded."""


def until(page: Page, script: str) -> None:
    """Wait for a script to say yes. Playwright's own way needs `eval`, which the pages forbid."""
    for _ in range(100):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never: {script}")


def test_a_choice_holds_on_every_screen(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    world = committed_world
    desk, other = (sit(world.dispatcher, language="en") for _ in range(2))
    for one in (desk, other):
        one.page.add_init_script(LISTEN)
    page, second = open_board(desk), open_board(other)
    for one in (page, second):
        one.mouse.click(600, 5)  # a browser stays silent until somebody acts

    page.keyboard.press("o")
    panel = page.get_by_role("dialog", name="Sound and notice")
    panel.locator("[name=order_sound]").select_option("1")
    panel.locator("[name=volume]").fill("20")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()
    assert User.objects.get(pk=world.dispatcher.pk).chosen == Preference(order_sound=1, volume=20)
    until(second, "import('/static/js/lib/preference.js').then((m) => m.preference.order_sound === 1)")

    incident_file(actor=world.watch, category="noise", summary="Loud", **IN_EAST)  # priority 4
    for one in (page, second):
        expect(one.locator(".row").filter(has_text="Loud")).to_be_visible()
        assert one.evaluate(HEARD) == 0
    incident_file(actor=world.watch, category="fight", summary="A brawl", **IN_EAST)  # priority 1
    for one in (page, second):
        until(one, f"{HEARD} === 1")

    page.reload()
    expect(page.locator("[data-age]")).to_contain_text("Live", timeout=15_000)
    page.keyboard.press("o")
    expect(page.locator("dialog [name=order_sound]")).to_have_value("1")
    third = sit(world.dispatcher, language="en").open("/preferences/")  # a browser that has never seen her
    expect(third.locator("[name=order_sound]")).to_have_value("1")
    expect(third.locator("[name=volume]")).to_have_value("20")

    intercept(second, "**/js/grid/preference.js", lambda route: route.abort(), times=1)
    second.keyboard.press("o")  # without its script the panel is a page
    second.wait_for_url("**/preferences/")


def test_keys_of_one_sign_can_be_switched_off(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    world = committed_world
    incident_file(actor=world.watch, category="fight", summary="A brawl", **IN_EAST)
    page = open_board(sit(world.watch, language="en"))
    page.keyboard.press("s")
    expect(page.locator("[data-muted]")).to_be_visible()  # the header says so, with the time left
    page.keyboard.press("o")
    page.get_by_role("dialog").get_by_label("Keys of one letter, digit or sign").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)  # an open dialog keeps the keys to itself
    page.keyboard.press("n")
    expect(page.locator("#ask-text")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator(".keys-list")).to_have_count(0)
    expect(page.locator(".acts kbd:visible").get_by_text("N", exact=True)).to_have_count(0)
    page.keyboard.press("F1")
    shown = page.locator(".keys-list")
    expect(shown).to_contain_text("off")
    expect(shown.locator("kbd").get_by_text("F1", exact=True)).to_be_visible()
    expect(shown.locator("kbd").get_by_text("E", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")  # no sign: it still works
    assert AuditEntry.objects.filter(code="sound.muted").count() == 1
