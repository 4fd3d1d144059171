"""The tunnel and the frozen screen: what is pressed without a network counts once, with its time; a cut board says so."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from boshan_police.kernel import clock
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance
from dispatch.services.incident import incident_claim, incident_file
from grid.services.hazard import hazard_enter
from tests.live_server import session_headers
from tests.world import IN_EAST

from .conftest import PHONE, Desk, answer_twice, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEPT_SECONDS = 2.0
STALE_SECONDS = 6.0  # with the six before "No connection": the board would be frozen by then


@pytest.fixture
def order(committed_world: SimpleNamespace) -> Assignment:
    """The first car of the East has claimed a fight."""
    filed = incident_file(
        actor=committed_world.dispatcher,
        category="fight",
        summary="Fight",
        caller_phone="13800000612",
        **IN_EAST,
    )
    return incident_claim(
        actor=committed_world.east_officer, number=filed.incident.number, unit=committed_world.east_car.pk
    )


def crew(sit: Callable[..., Desk], world: SimpleNamespace) -> tuple[Desk, Page, Locator]:
    officer = sit(world.east_officer, PHONE, language="en")
    phone = officer.open("/station/")
    phone.get_by_role("button", name="城东01").click()
    main = phone.locator(".crew-main")
    expect(main).to_contain_text("Set out")
    return officer, phone, main


def test_a_step_the_server_has_stays_taken_until_the_board_shows_it(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    officer = sit(committed_world.east_officer, PHONE, language="en")
    silent = False

    def connect(wire: WebSocketRoute) -> None:
        server = wire.connect_to_server()
        server.on_message(lambda message: None if silent else wire.send(message))

    officer.page.route_web_socket("**/ws/board/", connect)
    phone = officer.open("/station/")
    phone.get_by_role("button", name="城东01").click()
    main = phone.locator(".crew-main")
    expect(main).to_contain_text("Set out")
    silent = True
    main.click()
    expect(phone.locator(".crew-undo")).to_be_visible()
    expect(main).to_contain_text("On scene")
    expect(phone.locator(".crew-said-line")).to_contain_text("recorded", timeout=8_000)
    expect(main).to_contain_text("On scene")


def test_a_step_in_the_tunnel_goes_up_once_with_its_time(
    committed_world: SimpleNamespace,
    order: Assignment,
    sit: Callable[..., Desk],
    story: Callable[..., list[SimpleNamespace]],
) -> None:
    centre = sit(committed_world.dispatcher, language="en")
    board = centre.open("/board/")
    officer, phone, main = crew(sit, committed_world)
    number = order.incident.number

    officer.context.set_offline(True)
    before = datetime.now(UTC)
    main.click()
    after = datetime.now(UTC)
    kept = phone.locator("[data-kept]")
    expect(kept).to_contain_text("Set out", timeout=12_000)
    time.sleep(KEPT_SECONDS)
    assert Assignment.objects.get(pk=order.pk).departed_at is None  # nothing has gone up

    officer.context.set_offline(False)
    expect(kept).to_be_hidden(timeout=15_000)
    expect(board.locator(f".queue [data-number='{number}']")).to_contain_text("城东01")
    departed = [entry for entry in story(centre, number) if entry.code == "unit.departed"]
    assert len(departed) == 1
    at = datetime.fromisoformat(departed[0].at)
    assert before - timedelta(seconds=1) < at < after + timedelta(seconds=1)
    expect(board.locator(".history")).to_contain_text(f"{at + timedelta(hours=8):%H:%M:%S}")


def test_who_was_recalled_meanwhile_is_told_what_happened_and_what_counted(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    officer, phone, main = crew(sit, committed_world)
    officer.context.set_offline(True)
    main.click()
    assignment_advance(
        actor=committed_world.dispatcher,
        number=order.incident.number,
        assignment=order.pk,
        verb="release",
        outcome="A nearer unit goes",
    )
    expect(phone.locator("[data-kept]")).to_be_visible(timeout=12_000)
    officer.context.set_offline(False)
    told = phone.locator("[data-told] li")
    expect(told).to_contain_text("did not count", timeout=15_000)
    expect(told).to_contain_text("王知远")
    expect(told).to_contain_text("A nearer unit goes")
    told.get_by_role("button").click()
    expect(told).to_have_count(0)
    assert Assignment.objects.get(pk=order.pk).departed_at is None


def test_a_step_pressed_before_a_reload_is_still_sent(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    _officer, phone, main = crew(sit, committed_world)
    main.click()
    phone.reload()  # within the five seconds of the undo
    expect(phone.locator(".crew-main")).to_contain_text("On scene")
    expect(phone.locator(".crew-main")).to_be_enabled()
    end = time.monotonic() + 5
    while Assignment.objects.get(pk=order.pk).departed_at is None:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_phone_without_a_line_for_long_still_goes_from_step_to_step(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    officer, phone, main = crew(sit, committed_world)
    officer.context.set_offline(True)
    expect(phone.locator("[data-crew-age]")).to_have_text("No connection")
    time.sleep(STALE_SECONDS)
    main.click()
    expect(phone.locator(".crew-undo")).to_contain_text("Set out")
    expect(main).to_be_disabled()  # a second press is not a second step
    kept = phone.locator("[data-kept]")
    expect(kept).to_contain_text("Set out")
    expect(main).to_contain_text("On scene")
    main.click()
    expect(kept).to_contain_text("and 1 more")
    expect(main).to_contain_text("Report back")
    main.click()
    expect(phone.locator(".crew-report")).to_be_visible()
    officer.context.set_offline(False)
    expect(phone.locator(".crew-said-line")).to_contain_text("On scene")
    expect(kept).to_be_hidden()
    order.refresh_from_db()
    assert order.step == "on_scene"


def test_a_phone_whose_session_ended_leads_back_and_loses_no_step(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    officer, phone, main = crew(sit, committed_world)
    Session.objects.all().delete()
    main.click()
    again = phone.get_by_role("link", name="Sign in again")
    expect(again).to_have_attribute("href", "/login/?next=%2Fstation%2F")
    expect(phone.locator("[data-crew-age]")).to_have_text("Signed out")
    name, value = session_headers(committed_world.east_officer)["Cookie"].split("=", 1)
    officer.context.add_cookies([{"name": name, "value": value, "url": officer.server.http}])
    officer.open("/station/")
    expect(phone.locator(".crew-said-line")).to_contain_text("Set out")
    order.refresh_from_db()
    assert order.step == "en_route"


def test_warnings_and_the_caller_reach_the_phone_though_an_answer_was_lost(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    hazard_enter(
        actor=committed_world.east_commander,
        kind="dog",
        text="Chained on the east side",
        reason="Seen on patrol",
        valid_until=clock.local_day(clock.now()),
        **IN_EAST,
    )
    officer = sit(committed_world.east_officer, PHONE, language="en")
    story = f"**/api/incidents/{order.incident.number}/"
    officer.page.route(story, lambda route: route.abort(), times=1)
    phone = officer.open("/station/")
    phone.get_by_role("button", name="城东01").click()
    expect(phone.locator("[data-card-what]")).to_contain_text("Chained on the east side")

    intercept(phone, "**/reveal/", lambda route: route.abort(), times=1)
    phone.get_by_role("button", name="Caller").click()
    answer_twice(phone, "Which door?")
    expect(phone.get_by_role("link", name="13800000612")).to_have_attribute("href", "tel:13800000612")


def test_undo_takes_a_step_back(
    committed_world: SimpleNamespace, order: Assignment, sit: Callable[..., Desk]
) -> None:
    _officer, phone, main = crew(sit, committed_world)
    main.click()
    phone.locator(".crew-undo").click()
    expect(main).to_contain_text("Set out")
    time.sleep(6)
    assert Assignment.objects.get(pk=order.pk).departed_at is None


def test_a_cut_board_freezes_dates_itself_and_repairs(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    centre = sit(committed_world.dispatcher, language="en")
    board = centre.open("/board/")
    expect(board.locator("[data-age]")).to_contain_text("Live")
    centre.context.set_offline(True)
    filed = incident_file(actor=committed_world.watch, category="fight", summary="Unseen fight", **IN_EAST)
    bar = board.locator("[data-line-bar]")
    expect(bar).to_contain_text("Display frozen at", timeout=12_500)
    row = board.locator(f".queue [data-number='{filed.incident.number}']")
    expect(row).to_have_count(0)
    centre.context.set_offline(False)
    expect(bar).to_contain_text("Back", timeout=12_000)
    expect(row).to_have_count(1)
    expect(board.locator(".queue .row")).to_have_count(Incident.objects.count())
