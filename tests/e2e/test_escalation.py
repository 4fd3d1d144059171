"""Nobody answers: the timers of the running product tell the station, then the centre; one takes it over by name."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from dispatch.models import PolicyStep
from dispatch.services.incident import incident_file
from tests.world import IN_EAST

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def short_limits(committed_world: SimpleNamespace) -> None:
    """The first level after 3 s, the second after 6, the third too late to matter."""
    for level, seconds in ((1, 3), (2, 6), (3, 120)):
        PolicyStep.objects.filter(policy__priority=1, level=level).update(seconds=seconds)


def test_it_rises_until_somebody_takes_it_over(
    committed_world: SimpleNamespace, short_limits: None, timers: None, sit: Callable[..., Desk]
) -> None:
    commander = sit(committed_world.east_commander, language="en").open("/station/")
    dispatcher = sit(committed_world.dispatcher, language="en").open("/board/")
    expect(dispatcher.locator("[data-age]")).to_contain_text("Live")
    expect(dispatcher.locator("[data-timers]")).to_be_hidden(timeout=60_000)  # once worker and beat are up
    filed = incident_file(actor=committed_world.watch, category="fight", summary="Nobody comes", **IN_EAST)
    number = filed.incident.number

    row = commander.locator(f".station-row[data-number='{number}']")
    expect(row.locator(".row.escalated")).to_be_visible(timeout=8_000)
    expect(row.locator(".chip.unseen")).to_be_visible()  # it rings for the commander
    unseen = dispatcher.locator(f".queue [data-number='{number}'] .chip.unseen")
    expect(unseen).to_be_visible(timeout=8_000)  # and then for the centre

    row.get_by_role("button", name="Take over").click()
    expect(unseen).to_be_hidden()  # the others fall silent at once
    expect(dispatcher.locator(f".queue [data-number='{number}']")).to_contain_text("孙立")
    dispatcher.goto(dispatcher.url.split("/board/")[0] + f"/incidents/{number}/")
    story = dispatcher.locator(".incident-story")
    expect(story).to_contain_text("Taken over")
    expect(story).to_contain_text("Escalated to Station duty commander")
    expect(dispatcher.locator("[data-who]")).to_contain_text("孙立")
