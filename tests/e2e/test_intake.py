"""The intake form: nothing typed is lost, nothing is filed twice, nothing half-filled goes out."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Incident
from dispatch.services.incident import incident_cancel, incident_file
from grid.coordinates import wgs84_to_gcj02
from grid.models import Hazard
from grid.services.hazard import hazard_enter
from tests.world import IN_EAST

from .conftest import Desk, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def form(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> Desk:
    """The dispatcher at the form's own page, ready to type."""
    desk = sit(committed_world.dispatcher, language="en")
    opened(desk)
    return desk


def opened(desk: Desk) -> Page:
    page = desk.open("/incidents/new/")
    expect(page.locator("#intake")).to_have_attribute("data-ready", "")
    expect(page.locator("#intake-category option")).to_have_count(4)  # loaded once
    return page


def fill(page: Page, said: str = "Two men fight") -> None:
    page.locator("#intake-category-find").fill("fight")
    page.keyboard.press("Enter")
    page.locator("#intake-point").fill("36.50, 117.88")
    page.locator("#intake-summary").fill(said)
    expect(page.locator(".intake-place")).to_contain_text("城东-001")


def test_a_draft_survives_a_crash(form: Desk) -> None:
    fill(form.page, "Half a sen")
    form.page.close()
    form.page = form.context.new_page()  # another tab: the old one is gone, and its draft is taken up
    page = opened(form)
    expect(page.locator("#intake-summary")).to_have_value("Half a sen")
    expect(page.locator("#intake-category-find")).to_have_value("Fight")
    expect(page.locator("[name=priority][value='1']")).to_be_checked()
    expect(page.locator(".intake-status")).to_contain_text("Draft of")


def test_two_tabs_have_two_drafts(form: Desk) -> None:
    fill(form.page, "The first call")
    form.page = form.context.new_page()
    form.page.route("**/api/categories/", lambda route: route.abort(), times=1)  # asked for again by itself
    page = opened(form)
    expect(page.locator("#intake-summary")).to_have_value("")


def test_pressing_twice_and_a_lost_answer_file_one(form: Desk) -> None:
    page = form.page
    fill(page)
    lost = []

    def lose_the_first_answer(route: object) -> None:
        if not lost:
            route.fetch()  # type: ignore[attr-defined] # the server files it, and the answer gets lost
            lost.append(route)
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    intercept(page, "**/api/incidents/", lose_the_first_answer)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001", timeout=15_000)
    assert lost
    assert Incident.objects.count() == 1
    expect(page.locator("#intake-summary")).to_have_value("")  # ready for the next call
    fill(page, "The next call")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0002")


def test_changed_after_a_lost_answer_it_says_what_was_saved(form: Desk) -> None:
    page = form.page
    fill(page)
    lost: list[APIResponse] = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.fetch())
        route.abort()

    intercept(page, "**/api/incidents/", lose)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("No network")
    page.get_by_role("button", name="Stop trying").click()
    expect(page.locator("#intake-summary")).to_be_enabled()  # a try that was under way is lost as well
    page.unroute("**/api/incidents/")
    page.locator("#intake-summary").fill("Two men fight, one has a bottle")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("already saved as 0001")
    expect(page.locator(".intake-status a")).to_have_text("Open 0001")
    assert Incident.objects.count() == 1
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0002")


def test_without_a_network_it_is_kept_and_sent_when_it_is_back(form: Desk) -> None:
    page = form.page
    fill(page)
    form.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("No network")
    expect(page.locator("#intake-summary")).to_have_value("Two men fight")
    form.context.set_offline(False)
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001", timeout=15_000)
    assert Incident.objects.count() == 1


def test_the_category_that_is_filed_is_the_one_shown(form: Desk) -> None:
    page = form.page
    fill(page)
    find = page.locator("#intake-category-find")
    find.fill("nothing like it")
    page.keyboard.press("Tab")
    error = page.locator(".intake-category .error")
    expect(error).to_contain_text("Choose a category")
    expect(find).to_have_attribute("aria-describedby", str(error.get_attribute("id")))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Not saved yet")
    assert not Incident.objects.exists()
    page.close()
    form.page = form.context.new_page()
    expect(opened(form).locator("#intake-summary")).to_have_value("Two men fight")
    expect(form.page.locator("#intake-category")).to_have_value("")


def test_brackets_of_a_pasted_message_are_no_blank_to_fill_in(form: Desk) -> None:
    page = form.page
    fill(page, "【移动】Two men fight")
    page.locator("#intake-summary").press("Tab")
    expect(page.locator("#intake-caller")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")


def test_enter_never_sends_a_half_filled_form(form: Desk) -> None:
    page = form.page
    page.locator("#intake-phone").fill("110")
    page.keyboard.press("Enter")
    expect(page.locator(".intake-category .error")).to_contain_text("Choose a category")
    expect(page.locator(".intake-summary .error")).to_contain_text("Say what happened")
    expect(page.locator("#intake-category-find")).to_be_focused()
    page.locator("#intake-point").fill("somewhere")
    page.keyboard.press("Enter")
    expect(page.locator(".intake-point .error")).to_contain_text("not coordinates")
    assert not Incident.objects.exists()


def test_the_pin_moves_by_arrows_and_the_place_follows(form: Desk) -> None:
    page = form.page
    fill(page)
    box = page.locator(".intake-map")
    box.focus()
    before = page.locator("#intake-point").input_value()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#intake-point")).not_to_have_value(before)
    page.locator("#intake-point").fill("117.92，36.50")
    page.keyboard.press("Tab")
    expect(page.locator(".intake-place")).to_contain_text("山头-001")
    page.locator("#intake-address").fill("城东 市场")
    page.keyboard.press("Tab")
    expect(page.locator(".intake-place")).to_contain_text("Address is in Chengdong, pin is in Shantou")
    page.locator("#intake-point").fill("39.9, 116.4")
    page.keyboard.press("Tab")
    expect(page.locator(".intake-place")).to_contain_text("Outside the district")


def test_without_a_point_it_warns_once_and_obeys(form: Desk) -> None:
    page = form.page
    page.locator("#intake-category-find").fill("dq")
    page.keyboard.press("Enter")
    page.locator("#intake-summary").fill("A bicycle is gone")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("no station is told")
    page.keyboard.press("Control+Enter")  # a double press has not read the warning
    page.wait_for_timeout(700)
    assert not Incident.objects.exists()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")


def test_it_works_without_script(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    desk = sit(committed_world.dispatcher, language="en", java_script_enabled=False)
    page = desk.open("/incidents/new/")
    page.locator("[name=point]").fill("nowhere")
    page.locator("main [type=submit]").click()
    expect(page.locator(".intake-category .error")).to_contain_text("Choose a category")
    expect(page.locator(".intake-point .error")).to_contain_text("not coordinates")
    page.locator("#intake-category").select_option("fight")
    page.locator("[name=point]").fill("36.50, 117.88")
    page.locator("[name=summary]").fill("Two men fight")
    page.locator("main [type=submit]").click()
    expect(page.locator(".messages")).to_contain_text("Saved 0001")
    expect(page.locator(".incident-head h1")).to_have_text("Two men fight")
    assert Incident.objects.get().station_id == committed_world.east_grid_1.station_id


def test_a_second_caller_is_joined_with_one_key(
    committed_world: SimpleNamespace, form: Desk, sit: Callable[..., Desk]
) -> None:
    fill(form.page, "Two men fight")
    form.page.keyboard.press("Control+Enter")
    expect(form.page.locator(".intake-status")).to_contain_text("Saved 0001")
    page = opened(sit(committed_world.watch, language="en"))
    fill(page, "There are five of them now")
    expect(page.locator(".intake-similar")).to_contain_text("0001")
    expect(page.locator(".intake-similar")).to_contain_text("0 m away")
    page.locator("#intake-summary").press("Alt+1")
    expect(page.locator(".intake-status")).to_contain_text("Joined to 0001")
    expect(page.locator("#intake-summary")).to_have_value("")
    incident = Incident.objects.get()  # still one
    assert incident.timeline.last().data["said"] == "There are five of them now"


def test_pasted_coordinates_of_a_phone_map_land_on_the_right_house(form: Desk) -> None:
    lat, lon = wgs84_to_gcj02(
        36.50, 117.8999
    )  # as they stand they would lie beyond the border of the two stations
    page = form.page
    fill(page)
    page.locator("[name=system]").select_option("gcj02")
    page.locator("#intake-point").fill(f"{lon:.6f}, {lat:.6f}")
    page.locator("#intake-summary").focus()
    expect(page.locator(".intake-place")).to_contain_text("城东-001")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")
    incident = Incident.objects.get()
    assert (incident.lat, incident.lon) == pytest.approx((36.50, 117.8999), abs=2e-6)
    assert (incident.point_system, incident.point_given) == ("gcj02", f"{lat:.6f}, {lon:.6f}")


def test_what_happened_at_the_place_stands_beside_the_form_and_on_the_board(
    committed_world: SimpleNamespace, form: Desk, sit: Callable[..., Desk]
) -> None:
    hazard_enter(
        actor=committed_world.east_commander,
        kind="dog",
        text="Chained on the east side",
        reason="Seen on patrol",
        valid_until=clock.local_day(clock.now()),
        **IN_EAST,
    )
    earlier = incident_file(
        actor=committed_world.dispatcher, category="noise", summary="Loud", **IN_EAST
    ).incident
    incident_cancel(actor=committed_world.dispatcher, number=earlier.number, reason="A false alarm")
    fill(form.page)
    beside = form.page.locator(".intake-history")
    expect(beside).to_contain_text("Chained on the east side")
    expect(beside).to_contain_text("Same place: 1 in 30 days")
    form.page.keyboard.press("Control+Enter")
    expect(form.page.locator(".intake-status")).to_contain_text("Saved 0002")

    board = sit(committed_world.east_commander, language="en").open("/board/")
    place = board.locator("[data-place]")
    expect(place).to_contain_text("Chained on the east side", timeout=15_000)  # unasked, for the crew
    expect(place).not_to_contain_text("Same place")  # a look, which is written down
    board.keyboard.press("p")
    expect(place).to_contain_text("Same place: 1 in 30 days")
    expect(place.locator(".earlier a")).to_have_attribute("href", f"/incidents/{earlier.number}/")
    look = AuditEntry.objects.filter(code="place.looked_up").latest("id")
    assert (look.actor.username, look.details["incident"]) == (
        "east_commander",
        Incident.objects.latest("id").number,
    )

    place.get_by_role("button", name="Warn about this place").click()
    dialog = board.locator("dialog[open]")
    dialog.locator("#hazard-kind").select_option("gas")
    dialog.locator("#hazard-text").fill("Owner's phone 13800000612")
    dialog.locator("#hazard-reason").fill("Inspection")
    board.keyboard.press("Enter")
    expect(dialog).to_contain_text("nothing about a person")
    dialog.locator("#hazard-text").fill("Bottles in the cellar")
    board.keyboard.press("Enter")
    expect(place).to_contain_text("Bottles in the cellar")
    assert Hazard.objects.count() == 2


def test_a_crash_without_a_network_and_a_lost_answer_still_file_one(form: Desk) -> None:
    """The tab dies while the first answer is lost; the next tab takes the draft up and sends it with the same key."""
    page = form.page
    fill(page)
    intercept(page, "**/api/incidents/", lambda route: (route.fetch(), route.abort()))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("No network")
    form.context.set_offline(True)
    page.close()
    form.context.set_offline(False)
    form.page = form.context.new_page()
    page = opened(form)
    expect(page.locator("#intake-summary")).to_have_value("Two men fight")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")
    assert Incident.objects.count() == 1
    form.page.close()
    form.page = form.context.new_page()
    expect(opened(form).locator("#intake-summary")).to_have_value(
        ""
    )  # sent: nothing is left to be sent again


def test_bad_input_is_named_at_its_field_and_nothing_is_lost(form: Desk) -> None:
    page = form.page
    fill(page, "Two men fight 🍺")
    address, phone = page.locator("#intake-address"), page.locator("#intake-phone")
    address.fill("长" * 10_000)
    phone.fill("１３８０００００６１２")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-address .error")).to_contain_text("At most 200 characters; these are 10000.")
    expect(address).to_be_focused()
    assert len(address.input_value()) == 10_000
    address.fill("窑火\x07小区")  # as pasted from a terminal
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-address .error")).to_contain_text("control character U+0007")
    assert address.input_value() == "窑火\x07小区"
    expect(page.locator("#intake-summary")).to_have_value("Two men fight 🍺")
    assert not Incident.objects.exists()
    address.fill("窑火小区 🏠")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".intake-status")).to_contain_text("Saved 0001")
    incident = Incident.objects.get()
    assert (incident.summary, incident.address) == ("Two men fight 🍺", "窑火小区 🏠")
    assert incident.caller_phone == "13800000612"
