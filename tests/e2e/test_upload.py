"""A file on its way up keeps what every request promises: a line that dies, an answer that breaks off and a session that has
ended are said."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route, expect

from dispatch.models import Incident
from dispatch.services.incident import incident_note

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHOTO = {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}
LISTEN = "document.addEventListener('sessionended', () => (document.documentElement.dataset.ended = ''))"
NO_ANSWER = "door.jpg: The server did not answer."


def _attach(desk: Desk, incident: Incident, answer: Callable[[Route], object]) -> Page:
    desk.page.route("**/attachments/", answer)
    page = desk.open(f"/incidents/{incident.number}/")
    page.set_input_files("[data-attach]", PHOTO)  # type: ignore[arg-type]
    return page


def test_a_line_that_moves_nothing_is_given_up(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    desk.page.clock.install()
    page = _attach(desk, fight, lambda _route: None)
    expect(page.locator(".incident-attach progress")).to_be_visible()
    page.clock.fast_forward("00:31")
    expect(page.locator(".incident-line")).to_contain_text(NO_ANSWER)
    expect(page.locator(".incident-attach progress")).to_be_hidden()


def test_an_answer_that_breaks_off_is_none(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    def broken(route: Route) -> None:
        route.fulfill(status=201, content_type="application/json", body='{"results": [')

    page = _attach(sit(committed_world.dispatcher, language="en"), fight, broken)
    expect(page.locator(".incident-line")).to_contain_text(NO_ANSWER)


def test_a_file_chosen_while_the_page_is_drawn_anew_is_sent(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    """Who takes a photo needs a while, and meanwhile others write."""
    desk = sit(committed_world.dispatcher, language="en")
    desk.page.route("**/attachments/", lambda route: route.fulfill(status=201, json={}))
    page = desk.open(f"/incidents/{fight.number}/")
    with page.expect_file_chooser() as chooser:
        page.locator(".incident-attach").click()
    page.locator("[data-attach]").focus()
    incident_note(actor=committed_world.watch, number=fight.number, text="A second patrol is near")
    expect(page.locator("[data-part]")).to_contain_text("A second patrol is near")
    expect(page.locator("[data-attach]")).to_be_focused()
    chooser.value.set_files(PHOTO)  # type: ignore[arg-type]
    expect(page.locator(".incident-line")).to_contain_text("door.jpg attached")


def test_a_session_that_has_ended_is_said(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    def ended(route: Route) -> None:
        error = {"code": "not_authenticated", "message": "Sign in first."}
        route.fulfill(status=401, json={"error": error})

    desk = sit(committed_world.dispatcher, language="en")
    desk.page.add_init_script(LISTEN)
    page = _attach(desk, fight, ended)
    expect(page.locator(".incident-line")).to_contain_text("door.jpg: Sign in first.")
    expect(page.locator("html[data-ended]")).to_have_count(1)
