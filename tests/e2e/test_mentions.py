"""Naming a colleague in a note: found by pinyin on one screen, read on another, refused without losing a word."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from dispatch.models import Mention
from dispatch.services.incident import incident_file
from tests.world import IN_EAST

from .conftest import PHONE, Desk
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_colleague_is_named_and_reads_it(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    world = committed_world
    incident = incident_file(actor=world.watch, category="fight", summary="Fight", **IN_EAST).incident
    board = open_board(sit(world.dispatcher, language="en"))
    station = sit(world.east_officer, language="en").open("/station/")
    phone = sit(world.east_officer_2, screen=PHONE, language="en").open("/station/")
    expect(station.locator(".row")).to_have_count(1, timeout=15_000)

    board.keyboard.press("n")
    board.keyboard.type("Ask the owner @lq")
    expect(board.locator(".mention-list li:visible")).to_contain_text(["李青"])
    board.keyboard.press("Enter")  # takes the name, does not send
    expect(board.locator("#ask-text")).to_have_value("Ask the owner @李青 ")
    board.keyboard.type("@无此人 ")
    board.keyboard.press("Enter")
    expect(board.get_by_role("alert").filter(has_text="Nobody here is called")).to_be_visible()
    expect(board.locator("#ask-text")).to_have_value("Ask the owner @李青 @无此人")  # nothing typed is lost
    board.locator("#ask-text").fill("Ask the owner @李青 @")
    expect(board.locator(".mention-list li:visible").first).to_be_visible()
    board.keyboard.press("Escape")  # closes the list, not the dialog
    expect(board.locator(".mention-list li:visible")).to_have_count(0)
    board.locator("#ask-text").fill("Ask the owner @")
    expect(board.locator(".mention-list li:visible").first).to_be_visible()
    board.keyboard.press("Home")
    board.keyboard.press("Tab")  # takes nothing: the caret stands behind no @ any more
    expect(board.locator("#ask-text")).to_have_value("Ask the owner @")
    board.locator("#ask-text").fill("Ask the owner @李青 @周明")
    board.keyboard.press("Enter")
    expect(board.locator("[data-acts]")).to_contain_text("Note added")

    expect(station.get_by_role("button", name="Mentions 1")).to_be_visible()
    station.keyboard.press("k")
    expect(station.get_by_role("dialog")).to_contain_text("Ask the owner @李青 @周明")
    expect(station.get_by_role("button", name="Mentions", exact=False).first).not_to_contain_text("1")
    station.keyboard.press("Enter")
    expect(station.locator("[data-who]")).to_contain_text(incident.short_number)

    expect(phone.locator(".crew-told .named")).to_contain_text("王知远: Ask the owner")
    phone.locator(".crew-told .named").get_by_role("button", name="Read").click()
    expect(phone.locator(".crew-told .named")).to_have_count(0)
    assert Mention.objects.filter(seen_at__isnull=False).count() == 2
