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
