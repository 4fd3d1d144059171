"""Scene 11, the new grid officer: a grid is cut in two on the map, its borders move with the neighbours, the change takes
effect at its instant on every open board; old incidents stay, the post is handed over, the vacancy shows until filled."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import shapely
from playwright.sync_api import Page, Route, expect
from shapely.geometry import mapping, shape

from boshan_police.kernel import clock
from dispatch.services.incident import incident_file
from grid.models import Grid, Posting, TerritoryPlan
from grid.selectors.territory_plan import plan_document
from grid.services.preference import preference_save
from grid.services.territory_effect import plans_take_effect
from tests.factories.ground import PersonFactory
from tests.world import EAST

from .conftest import Desk, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EDITOR = "/admin/grid/grid/territory/"


def _open(desk: Desk, query: str = "") -> Page:
    page = desk.open(f"{EDITOR}{query}")
    page.wait_for_selector("[data-ready]")
    return page


def _begin(page: Page, title: str) -> None:
    page.click("[data-act=begin]")
    page.fill("[data-starter] input", title)
    page.keyboard.press("Enter")
    expect(page.locator("[data-plan] option:checked")).to_contain_text(title)


def _at(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """Where a place stands on the screen: four corners of grid 城东-001 tell the scale."""
    boxes = [handle.bounding_box() for handle in page.locator(".handle.corner").all()]
    xs = [box["x"] + box["width"] / 2 for box in boxes if box]
    ys = [box["y"] + box["height"] / 2 for box in boxes if box]
    west, east, north, south = min(xs), max(xs), min(ys), max(ys)
    return west + (lon - 117.86) / 0.04 * (east - west), south - (lat - 36.48) / 0.04 * (south - north)


def test_a_grid_is_cut_in_two_and_takes_effect(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    world = committed_world
    officer, newcomer = (
        PersonFactory(organisation_id=EAST, name="石松之"),
        PersonFactory(organisation_id=EAST, name="何砚山"),
    )
    Posting.objects.create(
        person=officer, grid=world.east_grid_1, period=(clock.now() - timedelta(days=1), None)
    )
    old = incident_file(actor=world.dispatcher, category="fight", summary="旧", lat=36.5, lon=117.89).incident
    desk = sit(world.dispatcher)
    desk.page.set_default_timeout(30_000)
    board = desk.open("/board/")
    expect(board.locator("[data-queue]")).to_contain_text("0001", timeout=30_000)
    page = _open(sit(world.admin), "?grid=城东-001")
    _begin(page, "城东-001 一分为二")

    # cut along a meridian: the ends are set a few pixels beside the border and snap to it
    page.locator(".handle").first.wait_for()
    top, foot = _at(page, 36.52, 117.885), _at(page, 36.48, 117.885)
    page.keyboard.press("x")
    page.mouse.click(top[0], top[1] - 5)
    page.mouse.click(foot[0], foot[1] + 5)
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel=grid] input[name=code]")).to_have_value("城东-003")
    expect(page.locator("[data-panel=grid] .missing")).to_be_visible()
    expect(page.locator("[data-count=vacant]")).to_have_text("4")
    expect(page.locator(".vacancy")).to_have_count(4)

    # undo and redo
    page.locator("[data-territory-map]").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-count=changes]")).to_have_text("")
    page.keyboard.press("Control+y")
    expect(page.locator("[data-count=changes]")).to_have_text("2")
    expect(page.locator("[data-saved]")).to_contain_text("已保存")

    # the instant: a few seconds from now, as somebody in a hurry would
    page.click("[data-tab=faults]")
    expect(page.locator("[data-list=faults] .good")).to_be_visible()
    page.click("[data-tab=effect]")
    assert page.locator("[data-panel=effect] input[type=datetime-local]").input_value().endswith("T00:00")
    page.click("[data-panel=effect] .primary")
    expect(page.locator("[data-panel=effect] .when")).to_contain_text("生效")
    plan = TerritoryPlan.objects.get()
    assert plan.state == "scheduled"
    local = plan.effective_at.astimezone(clock.zone())
    assert (local.weekday(), local.hour, local.minute) == (0, 0, 0)

    # Monday comes
    with (
        board.expect_response("**/api/grids/", timeout=20_000) as answer,
        clock.at(plan.effective_at),
    ):
        assert len(plans_take_effect()) == 1
    codes = [feature["properties"].get("code") for feature in answer.value.json()["features"]]
    assert "城东-003" in codes
    parts = [shape(grid.boundary) for grid in Grid.objects.filter(code__in=["城东-001", "城东-003"])]
    whole = shape(world.east_grid_1.boundary)
    assert shapely.symmetric_difference(shapely.union_all(parts), whole).area < 1e-14
    old.refresh_from_db()
    assert old.grid.code == "城东-001"

    # the vacancy shows until the post is handed over
    page = _open(sit(world.admin), "?grid=城东-003")
    expect(page.locator("[data-panel=grid] .missing")).to_be_visible()
    page.select_option("[data-panel=grid] .post select", newcomer.number)
    page.click("[data-panel=grid] .post .button")
    expect(page.locator("[data-panel=grid] .missing")).to_have_count(0)
    expect(page.locator("[data-count=vacant]")).to_have_text("3")
    assert Posting.objects.filter(grid__code="城东-003", person=newcomer, period__endswith=None).count() == 1


def test_borders_move_together_and_a_fault_is_mended(
    committed_world: SimpleNamespace, sit: Callable[..., Desk], tmp_path: Path
) -> None:
    """A shared corner takes its neighbours along; with Alt it does not, the gap is shown and given away; a file comes in."""
    world = committed_world
    page = _open(sit(world.admin, language="en"), "?grid=城东-001")
    expect(page.locator("[data-key=split]")).to_have_text("X")
    page.keyboard.press("x")
    expect(page.locator("[data-said]")).to_have_text("Begin a draft, or open one, first.")
    _begin(page, "Borders")
    page.locator(".handle.corner").first.wait_for()

    def drag(start: tuple[float, float], by: tuple[int, int]) -> None:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + by[0], start[1] + by[1], steps=6)
        page.mouse.up()

    drag(_at(page, 36.52, 117.90), (-40, 30))  # where four grids meet
    expect(page.locator("[data-count=changes]")).to_have_text("4")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    expect(page.locator("[data-count=faults]")).to_have_text("")
    page.locator(".handle.corner").first.focus()
    with page.expect_response("**/save/"):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    expect(page.locator(".handle.corner:focus")).to_have_count(1)  # the answer leaves it to the keyboard
    with page.expect_response("**/save/"):
        page.keyboard.press("Control+z")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")

    held: list[Route] = []
    intercept(page, "**/save/", lambda route: held.append(route), times=1)
    with page.expect_request("**/save/"):
        page.keyboard.press("Control+z")
    expect(page.locator("[data-count=changes]")).to_have_text("")

    page.keyboard.down("Alt")
    x, y = _at(page, 36.50, 117.90)  # the middle of the eastern border, alone
    page.mouse.move(x, y)
    page.mouse.down()
    held[0].continue_()
    expect(page.locator("[data-saved]")).to_contain_text(
        "Saved"
    )  # the answer comes while the hand holds the handle
    page.mouse.move(x - 60, y, steps=6)
    page.mouse.up()
    page.keyboard.up("Alt")
    page.click("[data-tab=faults]")
    expect(page.locator("[data-list=faults] li")).to_have_count(1)
    expect(page.locator("[data-list=faults] li")).to_contain_text("Gap beside")
    page.click("[data-tab=effect]")
    expect(page.locator("[data-panel=effect] .primary")).to_be_disabled()
    page.click("[data-tab=faults]")
    page.locator("[data-list=faults] li .button").click()
    expect(page.locator("[data-list=faults] .good")).to_be_visible()
    plan = TerritoryPlan.objects.get()
    assert plan_document(plan)["faults"] == []

    feature = {
        "type": "Feature",
        "properties": {"网格编码": "城东-009"},
        "geometry": mapping(shapely.box(117.86, 36.56, 117.90, 36.60)),
    }
    file = tmp_path / "新网格.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    page.click("[data-tool=import]")
    page.set_input_files("[data-import] [name=file]", file)
    expect(page.locator("[data-import] .counts li").first).to_have_text("1 new")
    page.click("[data-import-take]")
    expect(page.locator("[data-import]")).to_be_hidden()
    page.click("[data-tab=changes]")
    expect(page.locator("[data-list=changes]")).to_contain_text("城东-009")
    assert Grid.objects.count() == 4


def test_no_edit_is_lost_without_a_session_and_a_refused_one_is_taken_back(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.admin, language="en")
    page = _open(desk, "?grid=城东-001")
    _begin(page, "Names")
    field, saved = page.locator("[data-panel=grid] input[name=community]"), page.locator("[data-saved]")

    def name(text: str) -> None:
        field.fill(text)
        field.evaluate("field => field.blur()")

    (session,) = (each for each in desk.context.cookies() if each["name"] == "sessionid")
    desk.context.clear_cookies(name="sessionid")
    name("Kiln Street")
    expect(saved.get_by_role("link", name="Sign in again")).to_be_visible()
    desk.context.add_cookies([session])  # signed in again, in another tab
    expect(saved).to_contain_text("Saved")
    assert TerritoryPlan.objects.get().grids.get().community == "Kiln Street"

    field.evaluate("field => field.removeAttribute('maxlength')")
    name("x" * 50)
    expect(saved).to_contain_text("Not saved")
    expect(field).to_have_value("Kiln Street")
    name("Kiln Road")
    expect(saved).to_contain_text("Saved")

    station = page.locator("[data-panel=grid] [name=station]")
    station.focus()
    page.keyboard.press("ArrowDown")
    expect(station).not_to_have_value(EAST)
    expect(station).to_be_focused()  # though the form was drawn anew

    page.click("[data-tab=faults]")
    intercept(page, "**/plans/*/?whole=1", lambda route: route.abort())
    page.get_by_role("button", name="Check the whole territory").click()
    expect(page.locator("[data-said]")).to_contain_text("The server did not answer")


def test_of_two_files_the_last_chosen_counts(
    committed_world: SimpleNamespace, sit: Callable[..., Desk], tmp_path: Path
) -> None:
    """However late the answer about the first one comes."""
    page = _open(sit(committed_world.admin, language="en"))

    def file(name: str, count: int) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": {"网格编码": f"城东-01{n}"},
                "geometry": mapping(shapely.box(117.86 + n * 0.04, 36.56, 117.90 + n * 0.04, 36.60)),
            }
            for n in range(count)
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    held: list[Route] = []
    intercept(
        page, "**/api/territory/import/", lambda route: route.continue_() if held else held.append(route)
    )
    page.click("[data-tool=import]")
    chosen, counts = page.locator("[data-import] [name=file]"), page.locator("[data-import] .counts li")
    chosen.set_input_files(file("first.geojson", 1))
    chosen.set_input_files(file("second.geojson", 2))
    expect(counts.first).to_have_text("2 new")
    with page.expect_response("**/api/territory/import/"):
        held[0].continue_()
    page.wait_for_timeout(500)
    expect(counts.first).to_have_text("2 new")


def test_the_editor_obeys_ones_choice_of_keys(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    preference_save(actor=committed_world.admin, single_keys=False)
    page = _open(sit(committed_world.admin, language="en"))
    expect(page.locator("[data-key=whole]")).to_be_hidden()
    expect(page.locator("[data-key=undo]")).to_have_text("Ctrl+Z")
    page.keyboard.press("?")
    keys = page.locator(".keys-list")
    expect(keys).to_have_count(0)
    page.keyboard.press("F1")
    expect(keys).to_have_css("display", "grid")  # it looks as everywhere
    expect(keys.locator("kbd").get_by_text("0", exact=True)).to_have_count(0)


def test_only_administrators_come_in(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    desk = sit(committed_world.dispatcher)
    answer = desk.page.goto(f"{desk.server.http}{EDITOR}")
    assert answer is not None
    assert answer.status == 403
