"""Pages that follow: without a line they say since when they may be wrong, and nothing that was typed is lost."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from dispatch.models import Incident
from dispatch.services.incident import incident_note
from dispatch.services.shift import entry_write

from .conftest import Desk, answer_twice, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Wire:
    """The page's line to the server, which a test may cut."""

    def __init__(self, page: Page) -> None:
        self.page, self.whole, self.open = page, True, list[WebSocketRoute]()
        page.route_web_socket("**/ws/board/", self._connect)
        page.route("**/*part=*", lambda route: route.continue_() if self.whole else route.abort())

    def _connect(self, wire: WebSocketRoute) -> None:
        if not self.whole:
            wire.close()
            return
        wire.connect_to_server()
        self.open.append(wire)

    def cut(self) -> None:
        self.whole = False
        self.last().close()

    def last(self) -> WebSocketRoute:
        """The line that stands; the page opens it after it has been shown."""
        while not self.open:
            self.page.wait_for_timeout(50)
        return self.open.pop()


def test_an_incident_says_that_it_may_be_out_of_date(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    wire = Wire(desk.page)
    page = desk.open(f"/incidents/{fight.number}/")
    state = page.locator("[data-part-state]")
    page.wait_for_timeout(1000)
    expect(state).to_be_empty()
    wire.cut()
    expect(state).to_contain_text("May be out of date since")
    incident_note(actor=committed_world.watch, number=fight.number, text="A second patrol is near")
    page.wait_for_timeout(2000)
    expect(page.locator("[data-part]")).not_to_contain_text("A second patrol is near")
    wire.whole = True
    expect(page.locator("[data-part]")).to_contain_text("A second patrol is near")
    expect(state).to_be_empty()


def test_the_log_says_that_the_session_has_ended_and_comes_back(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.watch, language="en")
    wire = Wire(desk.page)
    page = desk.open("/shifts/")
    page.get_by_label("What it is about").fill("Half a sentence")
    (session,) = (each for each in desk.context.cookies() if each["name"] == "sessionid")
    desk.context.clear_cookies(name="sessionid")
    wire.last().close(code=4401)
    state = page.locator("[data-part-state]")
    expect(state.get_by_role("link", name="Sign in again")).to_be_visible()
    entry_write(actor=committed_world.watch, kind="remark", text="The lift is stuck")
    desk.context.add_cookies([session])  # signed in again, in another tab
    expect(page.locator("[data-part]")).to_contain_text("The lift is stuck")
    expect(state).to_be_empty()
    expect(page.get_by_label("What it is about")).to_have_value("Half a sentence")


def test_what_was_typed_stands_there_again_after_a_lost_answer(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    page = desk.open(f"/incidents/{fight.number}/")
    lost: list[Route] = []

    def lose_first(route: Route) -> None:
        lost.append(route)
        if len(lost) == 1:
            route.abort()
        else:
            route.continue_()

    page.keyboard.press("t")
    expect(page.locator("[data-line]")).to_have_text("Nothing to do for you here")
    intercept(page, "**/notes/", lose_first)
    page.locator("[data-do=note]").click()
    answer_twice(page, "The gate is locked")
    expect(page.locator("[data-part]")).to_contain_text("The gate is locked")
    expect(page.locator("dialog[open]")).to_have_count(0)
