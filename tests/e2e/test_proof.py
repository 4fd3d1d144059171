"""A board that proves it is current: one panel that can't be confirmed greys, dates itself and mends itself alone."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from dispatch.models import Incident
from dispatch.services.incident import incident_file, incident_note
from tests.world import IN_EAST

from .conftest import Desk, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UNPROVEN = re.compile(r"\bunproven\b")


def open_board(desk: Desk) -> Page:
    page = desk.open("/board/")
    expect(page.locator("[data-who] h1")).to_have_text("Fight outside a shop")
    return page


def test_a_lost_frame_greys_its_panels_until_they_are_mended(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")

    def lose(wire: WebSocketRoute) -> None:
        server = wire.connect_to_server()
        server.on_message(
            lambda said: None if json.loads(said)["type"] in {"incident", "escalation"} else wire.send(said)
        )

    desk.page.route_web_socket("**/ws/board/", lose)
    page = open_board(desk)
    queue, strip = page.locator("[data-queue]"), page.locator("[data-queue] [data-proof-strip]")
    expect(queue.locator("[data-proof]")).to_contain_text("checked")
    intercept(desk.page, "**/api/board/", lambda route: route.abort())
    filed = incident_file(actor=committed_world.watch, category="noise", summary="Loud music", **IN_EAST)
    expect(queue).to_have_class(UNPROVEN)
    expect(strip).to_contain_text("Not current since")
    expect(page.locator("[data-connection]")).to_have_class(
        re.compile(r"\blive\b")
    )  # the line itself is well
    expect(page.locator("[data-line-bar]")).to_be_hidden()
    expect(page.locator("[data-near]")).not_to_have_class(UNPROVEN)
    desk.page.unroute("**/api/board/")
    expect(queue.locator(f"[data-number='{filed.incident.number}']")).to_have_count(1, timeout=20_000)
    expect(strip).to_contain_text("Back. 1 update added")
    expect(queue).not_to_have_class(UNPROVEN)


def test_a_line_that_drops_within_a_repair_leaves_nothing_grey(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    wires: list[WebSocketRoute] = []
    greeted: list[WebSocketRoute] = []

    def lose(wire: WebSocketRoute) -> None:
        wires.append(wire)
        server = wire.connect_to_server()
        first = len(wires) == 1

        def said(text: str | bytes) -> None:
            kind = json.loads(text)["type"]
            if not (first and kind == "incident"):
                wire.send(text)
            if kind == "hello":
                greeted.append(wire)

        server.on_message(said)

    desk.page.route_web_socket("**/ws/board/", lose)
    page = open_board(desk)
    queue, ground = page.locator("[data-queue]"), page.locator("[data-ground]")
    expect(queue.locator("[data-proof]")).to_contain_text("checked")
    under_way: list[Route] = []
    held = True
    intercept(page, "**/api/board/", lambda route: under_way.append(route) if held else route.continue_())
    filed = incident_file(actor=committed_world.watch, category="noise", summary="Loud music", **IN_EAST)
    expect(queue).to_have_class(UNPROVEN)  # the repair of the queue alone is on its way
    wires[0].close()
    while len(greeted) < 2:
        page.wait_for_timeout(50)
    held = False  # all is in doubt by now, not the queue alone
    under_way[0].continue_()
    expect(queue.locator(f"[data-number='{filed.incident.number}']")).to_have_count(1)
    for panel in (queue, ground):
        expect(panel).not_to_have_class(UNPROVEN)


def test_a_story_that_cant_be_read_greys_the_detail_alone(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    page = open_board(desk)
    detail = page.locator("[data-detail]")
    expect(page.locator(".history li")).not_to_have_count(0)
    intercept(desk.page, "**/events/", lambda route: route.abort())
    incident_note(actor=committed_world.watch, number=fight.number, text="A second patrol is near")
    expect(detail).to_have_class(UNPROVEN)
    expect(detail.locator("[data-proof-strip]").first).to_contain_text("Not current since")
    expect(page.locator("[data-queue]")).not_to_have_class(UNPROVEN)
    expect(page.locator("[data-ground]")).not_to_have_class(UNPROVEN)
    desk.page.unroute("**/events/")
    expect(page.locator(".history")).to_contain_text("A second patrol is near", timeout=20_000)
    expect(detail).not_to_have_class(UNPROVEN)


def test_the_state_of_each_part_is_told_by_one_key(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    page = open_board(sit(committed_world.watch, language="en"))
    page.keyboard.press("i")
    parts = page.locator("#health")
    expect(parts).to_contain_text("1 works")  # this web process has marked itself
    stopped = parts.locator("tr.broken").filter(has_text="Clock (beat)")
    expect(stopped).to_contain_text("never")
    expect(stopped).to_contain_text("Escalation is manual")
    close = parts.get_by_role("button", name="Close")
    close.focus()
    page.wait_for_timeout(2500)  # drawn anew each second
    expect(close).to_be_focused()
    page.keyboard.press("Escape")
    expect(parts).to_be_hidden()
