"""The intake form knows words: places by their pinyin, templates by the category."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from dispatch.models import Incident, IntakeTemplate
from grid.models import PlaceName
from tests.world import EAST

from .conftest import Desk
from .test_intake import opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_three_letters_of_pinyin_put_the_pin_and_a_template_the_words(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    """Scene 2, with the keyboard alone."""
    PlaceName.objects.create(name="窑火小区", kind="residential", lat=36.50, lon=117.88)
    IntakeTemplate.objects.create(
        category_id="fight", title="打架", prompts="几个人？", text="【几】人打架，【有无】人受伤。"
    )
    page = opened(sit(committed_world.dispatcher, language="en"))
    page.locator("#intake-category-find").fill("dj")
    expect(page.get_by_role("option", name="Fight")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#intake-category-find")).to_have_value("Fight")
    page.keyboard.press("1")
    expect(page.locator("#intake-address")).to_be_focused()
    page.keyboard.type("yhx")
    page.keyboard.press("Enter")  # faster than the answer: it waits for the place
    expect(page.locator("#intake-address")).to_have_value("窑火小区")
    expect(page.locator("#intake-point")).to_have_value("36.50000, 117.88000")
    expect(page.locator(".intake-place")).to_contain_text("城东-001")
    page.keyboard.press("Enter")
    summary = page.locator("#intake-summary")
    expect(summary).to_be_focused()
    page.keyboard.type("Caller is out of breath.")
    page.keyboard.press("Alt+t")
    expect(summary).to_have_value("Caller is out of breath.\n【几】人打架，【有无】人受伤。")
    page.keyboard.type("5")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("【有无】 is not filled in")
    page.keyboard.press("Control+End")
    page.keyboard.press("Tab")  # what lies behind the cursor holds nobody fast
    expect(page.locator("#intake-caller")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Tab")
    page.keyboard.type("有")
    page.keyboard.press("Tab")  # no blank is left: on to the next field
    expect(page.locator("#intake-caller")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")
    incident = Incident.objects.get()
    assert incident.summary == "Caller is out of breath.\n5人打架，有人受伤。"
    assert (incident.address, incident.lat, incident.station_id) == ("窑火小区", 36.50, EAST)


def test_an_address_keeps_its_house_and_its_place_is_compared_with_the_pin(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    """Scene 12: the address says one ground, the pin lies on another."""
    PlaceName.objects.create(name="窑火小区", kind="residential", lat=36.50, lon=117.88)
    page = opened(sit(committed_world.dispatcher, language="en"))
    address = page.locator("#intake-address")
    address.fill("窑火小区3号楼")
    expect(page.locator("#intake-names li")).to_contain_text("窑火小区")
    address.press("Enter")
    expect(address).to_have_value("窑火小区3号楼")
    expect(page.locator(".intake-place")).to_contain_text("城东-001")
    page.locator("#intake-point").fill("36.50, 117.92")
    page.keyboard.press("Tab")
    expect(page.locator(".intake-place")).to_contain_text("Address is in Chengdong, pin is in Shantou")
