"""Officers of one station press "accept" in the same moment."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from boshan_police.kernel.access import Role
from dispatch.models import Assignment
from dispatch.services.incident import incident_file
from tests.factories import AccountFactory
from tests.world import EAST, IN_EAST

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OFFICERS = 6
PRESS_TOGETHER = """([number, at]) => {
    const button = document.querySelector(`[data-accept="${number}"]`);
    setTimeout(() => button.click(), at - Date.now());
}"""


def test_one_wins_and_five_read_who(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    officers = [
        AccountFactory(role=Role.STATION_OFFICER, organisation=None, organisation_id=EAST)
        for _ in range(OFFICERS)
    ]
    pages = [sit(officer, language="en").open("/station/") for officer in officers]
    filed = incident_file(actor=committed_world.dispatcher, category="fight", summary="Fight", **IN_EAST)
    number = filed.incident.number
    for page in pages:
        expect(page.locator(f"[data-accept='{number}']")).to_be_visible()
    at = pages[0].evaluate("Date.now()") + 1_500
    for page in pages:
        page.evaluate(PRESS_TOGETHER, [number, at])
    lines = []
    for page in pages:
        line = page.locator("[data-result]")
        expect(line).to_be_visible()
        lines.append((line.inner_text(), line.get_attribute("class")))
    won = [text for text, _kind in lines if "is yours" in text]
    lost = [(text, kind) for text, kind in lines if "accepted at" in text]
    assert (len(won), len(lost)) == (1, OFFICERS - 1), lines
    assert not any("bad" in kind for _text, kind in lost)  # a result, not an error
    assert Assignment.objects.filter(incident=filed.incident).count() == 1
