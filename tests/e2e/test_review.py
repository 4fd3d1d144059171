"""The review: next morning the incident's minute is played back; who saw what when, what was recommended, what was sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import Route, expect

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import PlanNeed, ResponsePlan
from dispatch.selectors.recommendation import recommend
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.escalation import notice_see
from dispatch.services.incident import incident_close, incident_file
from dispatch.services.timer import timers_sweep
from tests.world import IN_EAST, build_world

from .conftest import Desk, intercept

pytestmark = [pytest.mark.browser, pytest.mark.slow]


_CHOOSE = (
    "numbers => numbers.forEach(number => document.querySelector(`.queue [data-number='${number}']`).click())"
)
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.fixture
def committed_world(transactional_db: None) -> SimpleNamespace:
    """The cast, a minute before."""
    with clock.at(at(-60)):
        return build_world()


@pytest.fixture
def night(committed_world: SimpleNamespace) -> SimpleNamespace:
    """Half an hour ago a fight: told at 30 s, seen at 40, sent another way than recommended at 50, closed at 400 s."""
    world = committed_world
    plan = ResponsePlan.objects.create(category=None, priority=1)
    PlanNeed.objects.create(plan=plan, kinds=["car"], count=1)
    with clock.at(at(0)):
        incident = incident_file(
            actor=world.dispatcher, category="fight", summary="Fight at the market", **IN_EAST
        ).incident
    world.number = incident.number
    with clock.at(at(31)):
        timers_sweep()
    with clock.at(at(40)):
        notice_see(actor=world.east_commander, number=incident.number)
    with clock.at(at(50)):
        incident.refresh_from_db()
        (order,) = assignment_create(
            actor=world.dispatcher,
            number=incident.number,
            units=[world.east_foot.pk],
            recommended=recommend(world.dispatcher, incident),
        )
    for seconds, verb in ((60, "accept"), (80, "depart"), (200, "arrive"), (350, "report")):
        with clock.at(at(seconds)):
            assignment_advance(
                actor=world.dispatcher, number=incident.number, assignment=order.pk, verb=verb, outcome="Calm"
            )
    with clock.at(at(400)):
        incident_close(actor=world.dispatcher, number=incident.number, outcome="Settled")
    return world


def test_the_incidents_minute_is_played_back(night: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    desk = sit(night.watch, language="en")
    page = desk.open(f"/incidents/{night.number}/")
    page.get_by_role("link", name="Replay", exact=True).last.click()
    band = page.locator("[data-past-text]")
    stamp = f"{at(0).astimezone(clock.zone()):%H:%M:%S}"
    expect(band).to_contain_text(f"{stamp}, not now")
    row = page.locator(f".queue [data-number='{night.number}']")
    expect(row).to_contain_text("to accept")

    # event by event: told, recommended, sent
    moments = page.locator("[data-moments]")
    now = moments.locator("[aria-current=true]")
    expect(now).to_contain_text("Received")
    page.keyboard.press("]")
    expect(now).to_contain_text("Escalated to Station duty commander")
    expect(row).to_have_class("row escalated selected")
    told = page.locator("[data-told]")
    expect(told).to_contain_text("孙立")
    expect(told).to_contain_text("answered after 00:09")
    decisions = page.locator("[data-decisions]")
    expect(decisions.locator("li.ahead")).to_have_count(1)  # not yet
    page.keyboard.press("]")
    expect(row).to_contain_text("城东03")
    expect(decisions.locator("li.ahead")).to_have_count(0)
    expect(decisions.locator("p").first).to_have_text("recommended城东01")
    expect(decisions.locator(".went.other")).to_have_text("城东03")

    # a jump, a click, and playing on to the end
    page.keyboard.press("Shift+ArrowRight")
    expect(row).to_contain_text("to arrive")
    moments.get_by_text("城东03 on scene").locator("xpath=../..").get_by_role(
        "button", name=f"{at(200).astimezone(clock.zone()):%H:%M:%S}"
    ).click()
    expect(row).to_contain_text("to report back")
    page.keyboard.press("4")
    page.keyboard.press("Space")
    expect(page.locator("[data-who]")).to_contain_text("Not on the board at this moment", timeout=15_000)
    expect(now).to_contain_text("Closed")

    # nothing here acts, nothing listens, and the look is noted: once
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter((one) => one.name.includes('/ws/')).length"
        )
        == 0
    )
    expect(page.locator("[data-acts], [data-command]")).to_have_count(0)
    assert AuditEntry.objects.filter(code="board.rewound", actor=night.watch).count() == 1


def test_a_moment_by_its_address_and_a_wrong_one(night: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    desk = sit(night.east_commander)
    page = desk.open(f"/review/?at={at(100).isoformat().replace('+00:00', 'Z')}")
    expect(page.locator("[data-past-text]")).to_contain_text("不是现在")
    expect(page.locator(f".queue [data-number='{night.number}']")).to_contain_text("城东03")
    page.get_by_role("button", name="班次").click()
    expect(page.get_by_role("button", name="班次")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{desk.server.http}/review/?at=2020-01-01T00:00:00Z")
    expect(page.locator("[data-problem]")).to_contain_text("没有保存")


def test_who_passes_by_looks_nobody_up_and_a_late_answer_counts_no_more(
    night: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    with clock.at(at(10)):
        passed, late = (
            incident_file(actor=night.dispatcher, category="noise", summary="Loud", **IN_EAST).incident.number
            for _ in range(2)
        )
    page = sit(night.watch, language="en").open(f"/review/?at={at(100).isoformat().replace('+00:00', 'Z')}")
    asked: list[str] = []
    held: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if late in route.request.url:
            held.append(route)
        else:
            route.continue_()

    intercept(page, "**/played/", answer)
    row = {
        number: page.locator(f".queue [data-number='{number}']") for number in (passed, late, night.number)
    }
    expect(page.locator(".queue [data-number]")).to_have_count(3)
    # one after the other at once: a slow machine might rest on the first
    with page.expect_request(f"**/{late}/played/"):
        page.evaluate(_CHOOSE, [passed, late])
    row[night.number].click()
    told = page.locator("[data-told]")
    expect(told).to_contain_text("孙立")
    held[0].continue_()
    page.wait_for_timeout(1000)
    expect(told).to_contain_text("孙立")
    assert [number for number in (passed, late, night.number) if number in "".join(asked)] == [
        late,
        night.number,
    ]

    page.unroute("**/played/")
    intercept(page, f"**/{passed}/played/", lambda route: route.abort())
    row[passed].click()
    page.get_by_role("button", name="Incident", exact=True).click()
    expect(page.locator("[data-problem]")).to_contain_text("did not answer")
    expect(page.locator("[data-span=incident]")).to_have_attribute("aria-pressed", "false")


def test_a_key_of_the_map_says_why_it_does_nothing(night: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    page = sit(night.watch, language="en").open(f"/review/?at={at(100).isoformat().replace('+00:00', 'Z')}")
    row = page.locator(f".queue [data-number='{night.number}']")
    expect(row).to_be_visible()
    problem = page.locator("[data-problem]")
    expect(problem).to_be_hidden()
    page.keyboard.press("z")
    expect(problem).to_have_text("Choose an incident first")
    row.click()
    expect(problem).to_be_hidden()


def test_an_officer_is_not_offered_it(night: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    page = sit(night.east_officer, language="en").open(f"/incidents/{night.number}/")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name="Replay", exact=True)).to_have_count(0)
    page.goto(page.url.split("/incidents/")[0] + "/review/")
    expect(page.locator("body")).to_contain_text("Not allowed")
