"""Whom to send: the reasons in words, what it would uncover, and how soon each grid can be reached."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from playwright.sync_api import Page, expect

from boshan_police.kernel import clock
from dispatch.models import Assignment, Incident, PlanNeed, ResponsePlan
from patrol.models import Unit

from .conftest import Desk
from .test_board import open_board

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def put(unit: Unit, **changes: object) -> None:
    Unit.objects.filter(pk=unit.pk).update(
        **{"position_at": clock.now(), "updated_at": clock.now(), **changes}
    )


def plan(*needs: tuple[list[str], int]) -> None:
    row = ResponsePlan.objects.create(category=None, priority=1)
    for kinds, count in needs:
        PlanNeed.objects.create(plan=row, kinds=kinds, count=count)


@pytest.fixture
def board(committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]) -> Callable[[], Page]:
    return lambda: open_board(sit(committed_world.dispatcher, language="en"))


def test_enter_sends_what_is_recommended(
    committed_world: SimpleNamespace, fight: Incident, board: Callable[[], Page]
) -> None:
    plan((["car"], 1), (["guard"], 1), (["rescue"], 1))
    put(committed_world.east_car, lat=36.52, lon=117.88)
    put(committed_world.east_car_2, position_at=clock.now() - timedelta(minutes=9))
    page = board()
    near = page.locator("[data-near]")
    expect(near.locator(".ticked")).to_have_count(2)
    expect(near).to_contain_text("about")
    expect(near.locator(".need.short")).to_have_text("1 × rescue team")
    expect(near).to_contain_text("Short of 1: 1 × rescue team")
    expect(page.locator("[data-acts] .primary")).to_contain_text("城东中队")
    page.keyboard.press("Enter")
    expect(page.locator("[data-acts] .result")).to_contain_text("sent to 0001")
    sent = {order.label for order in Assignment.objects.select_related("unit")}
    assert "城东中队" in sent
    assert "城东02" not in sent  # nine minutes without a word: not trusted
    expect(page.locator("[data-history]")).to_contain_text("Recommended:")


def test_all_who_are_sent_stand_on_the_button(
    committed_world: SimpleNamespace, board: Callable[[], Page]
) -> None:
    plan((["car"], 1))
    Unit.objects.update(call_sign=Concat("call_sign", Value("机动巡逻组")))
    page = board()
    expect(page.locator("[data-near] .ticked")).to_have_count(1)
    for key in ("2", "3"):
        page.keyboard.press(key)
        expect(page.locator("[data-near] .ticked")).to_have_count(int(key))
    main = page.locator("[data-acts] .primary")
    expect(main).to_contain_text(re.compile(r"Send( \S+,){2}"))
    shown = main.evaluate(
        """(button) => {
          const [words, key] = ["span", "kbd"].map((name) => button.querySelector(name));
          const [inner, outer] = [key, button].map((node) => node.getBoundingClientRect().right);
          return {lines: words.clientHeight / 20, hidden: words.scrollHeight - words.clientHeight > 4, key: inner < outer - 8};
        }"""
    )
    assert shown == {"lines": 2, "hidden": False, "key": True}


def test_what_is_unticked_stays_so(board: Callable[[], Page], committed_world: SimpleNamespace) -> None:
    page = board()
    expect(page.locator("[data-near] .ticked")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-near] .ticked")).to_have_count(0)
    page.wait_for_timeout(4000)  # the list has been asked for again meanwhile
    expect(page.locator("[data-near] .ticked")).to_have_count(0)


def test_before_sending_it_says_what_that_uncovers(
    committed_world: SimpleNamespace, board: Callable[[], Page]
) -> None:
    Unit.objects.exclude(pk=committed_world.east_car.pk).update(status=Unit.Status.OFF_DUTY)
    put(committed_world.east_car, lat=36.50, lon=117.88)
    page = board()
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("Uncovers 2 grids")
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()


def test_reach_follows_a_change_within_seconds(
    committed_world: SimpleNamespace, board: Callable[[], Page]
) -> None:
    page = board()
    page.keyboard.press("r")
    reach = page.locator("[data-reach]")
    expect(reach).to_contain_text("7 free units counted")
    expect(reach.locator(".proof")).to_contain_text("checked")  # it says how old it is
    put(committed_world.east_car, status=Unit.Status.OFF_DUTY)
    expect(reach).to_contain_text("6 free units counted", timeout=15_000)
    page.keyboard.press("r")
    expect(reach).to_be_hidden()


def test_without_the_servers_answer_the_straight_line_stands_in(
    committed_world: SimpleNamespace, fight: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    desk.page.route("**/recommendation/", lambda route: route.abort())
    page = open_board(desk)
    expect(page.locator("[data-near]")).to_contain_text("by the straight line")
    expect(page.locator("[data-near] li")).not_to_have_count(0)
    expect(page.locator("[data-near] .ticked")).to_have_count(0)
