"""An escalation reaches people beside the board: put off by key, shown by a browser without any page of ours."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from boshan_police.kernel import clock
from dispatch.models import Delivery, Incident, Timer
from dispatch.services.incident import incident_file
from dispatch.services.timer import timers_sweep
from grid.models import Contact
from tests.world import IN_EAST

from .conftest import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def escalated(committed_world: SimpleNamespace) -> Incident:
    """One level has been told, the next is a minute off."""
    incident = incident_file(
        actor=committed_world.watch, category="fight", summary="A fight", **IN_EAST
    ).incident
    Timer.objects.filter(incident=incident).update(due_at=clock.now())
    timers_sweep()
    incident.refresh_from_db()
    return incident


def test_an_escalation_is_put_off_by_key_and_the_page_says_who_was_told(
    committed_world: SimpleNamespace, escalated: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.watch, language="en")
    board = desk.open("/board/")
    expect(board.locator("[data-detail]")).to_contain_text("A fight")
    board.keyboard.press("d")
    expect(board.locator("dialog")).to_contain_text("Put the escalation of")
    board.locator("dialog select").select_option("20")
    board.get_by_role("button", name="The road is blocked").click()
    board.keyboard.press("Enter")
    expect(board.locator("[data-detail]")).to_contain_text("Put off until")
    timer = Timer.objects.get(incident=escalated, state=Timer.State.PENDING)
    assert timedelta(minutes=19) < timer.due_at - clock.now() <= timedelta(minutes=20)
    page = desk.open(f"/incidents/{escalated.number}/")
    expect(page.locator(".incident-story")).to_contain_text("Put off by 20 min: The road is blocked")
    expect(page.locator("main")).to_contain_text("Who was told")
    expect(page.locator("main")).to_contain_text("孙立")


def test_a_push_is_shown_by_the_browser_and_its_arrival_is_known(
    committed_world: SimpleNamespace, escalated: Incident, sit: Callable[..., Desk]
) -> None:
    commander = committed_world.east_commander
    browser = Contact.objects.create(
        person=commander, channel="push", address="https://push.example/1", keys={"p256dh": "B", "auth": "A"}
    )
    delivery = Delivery.objects.create(
        contact=browser, notice=escalated.escalation.notices.get(), state="sent", created_at=clock.now()
    )
    desk = sit(commander, language="en")
    desk.context.grant_permissions(["notifications"], origin=desk.server.http)
    page = desk.open("/contacts/")
    page.evaluate(
        "navigator.serviceWorker.register('/push_worker.js').then(() => navigator.serviceWorker.ready)"
    )
    devtools = desk.context.new_cdp_session(page)
    versions: list[dict[str, str]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"])
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    message = {"key": str(delivery.key), "title": "0001 Fight: Not accepted", "text": "East", "tag": "1"}
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": desk.server.http,
            "registrationId": versions[0]["registrationId"],
            "data": json.dumps(message),
        },
    )
    shown = "navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.map(one => one.title))"
    page.wait_for_function(f"{shown}.then(titles => titles.includes('0001 Fight: Not accepted'))")
    page = desk.open(f"/incidents/{escalated.number}/")
    expect(page.locator("main")).to_contain_text("Browser: Delivered")
