"""Every page opens for every role in both languages, on a desk and on a phone, without an error of its script."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from tests.world import IN_EAST

from .conftest import DESK, PHONE, Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    ("who", "language", "screen"),
    [
        ("dispatcher", "zh-hans", DESK),
        ("watch", "en", DESK),
        ("east_commander", "zh-hans", PHONE),
        ("guard", "en", PHONE),
        ("east_grid", "zh-hans", DESK),
    ],
)
def test_it_opens(
    committed_world: SimpleNamespace,
    sit: Callable[..., Desk],
    who: str,
    language: str,
    screen: dict[str, int],
) -> None:
    filed = incident_file(actor=committed_world.dispatcher, category="fight", summary="Fight", **IN_EAST)
    desk = sit(getattr(committed_world, who), screen, language)
    paths = ["/board/", "/station/", "/wall/", "/incidents/"]
    if who not in {"guard", "east_grid"}:
        paths += ["/incidents/new/", f"/incidents/{filed.incident.number}/"]
    for path in paths:
        answer = desk.page.goto(f"{desk.server.http}{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(desk.page.locator("html")).to_have_attribute("lang", language)
        desk.page.wait_for_load_state("networkidle" if path == "/incidents/" else "load")
        wide = desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide} px"


WORST_HEADER = """async () => {
  const words = {
    degraded: ["Degraded", "Messages wait 12:34"],
    muted: ["Muted", "00:58"],
    timers: ["Timers stopped 12:34", "Escalation is manual"],
    worst: ["Longest overdue · 0147 Not accepted", "+123:45"],
  };
  for (const [name, [first, last]] of Object.entries(words)) {
    const fact = document.querySelector(`[data-${name}]`);
    fact.hidden = false;
    fact.firstElementChild.textContent = first;
    fact.lastElementChild.textContent = last;
  }
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame); // the links give way
  const edges = (node) => node.getBoundingClientRect();
  const [facts, nav] = [document.querySelector(".facts"), document.querySelector(".nav")];
  const shown = [...facts.children].filter((fact) => edges(fact).top < edges(facts).bottom);
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    end: edges(document.querySelector(".account")).right - innerWidth,
    links: nav.scrollWidth - nav.clientWidth,
    cut: shown.filter((fact) => edges(fact).right > edges(facts).right + 1).length,
    shown: shown.length,
  };
}"""


@pytest.mark.parametrize("path", ["/board/", "/station/"])
def test_the_worst_hour_fits_the_header(
    committed_world: SimpleNamespace, sit: Callable[..., Desk], path: str
) -> None:
    """All that can be wrong at once has room; a count that hasn't is dropped whole, never cut, never pushed out."""
    page = sit(committed_world.watch, language="en").open(path)
    for width in (1366, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        measured = page.evaluate(WORST_HEADER)
        assert measured["wide"] <= 0
        assert measured["end"] <= 0
        assert measured["cut"] == measured["links"] == 0
        assert measured["shown"] >= 1


def test_a_squadron_leader_works_his_unit_on_the_phone(
    committed_world: SimpleNamespace, sit: Callable[..., Desk]
) -> None:
    """One unit is chosen by itself; an order rings, is accepted with one touch; he never sees what is not his."""
    filed = incident_file(actor=committed_world.dispatcher, category="fight", summary="Fight", **IN_EAST)
    other = incident_file(actor=committed_world.dispatcher, category="theft", summary="Theft", **IN_EAST)
    phone = sit(committed_world.guard, PHONE, "en").open("/station/")
    expect(phone.locator(".crew-empty")).to_contain_text("城东中队")
    assignment_create(
        actor=committed_world.dispatcher, number=filed.incident.number, units=[committed_world.squadron.pk]
    )
    expect(phone.locator(".crew-card h1")).to_have_text("Fight")
    phone.locator(".crew-main").click()
    expect(phone.locator(".crew-main")).to_contain_text("Set out")
    expect(phone.locator("body")).not_to_contain_text(other.incident.short_number)
