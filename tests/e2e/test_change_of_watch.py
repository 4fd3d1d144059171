"""Scene 10, 08:00: the outgoing commander hands the sheet over, the incoming one signs, each in a browser of its own."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from boshan_police.kernel.access import Role
from dispatch.models import Watch
from dispatch.services.incident import incident_file
from tests.factories import AccountFactory
from tests.world import IN_EAST

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def write(page: Page, kind: str, text: str, **fields: str) -> None:
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("What it is about").fill(text)
    for label, value in fields.items():
        page.locator(f"[name={label}]").fill(value)
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("[data-part]")).to_contain_text(text)


def test_the_watch_changes_hands(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    world = committed_world
    comer, second = (
        AccountFactory.create(
            username=f"comer{n}", name=name, role=Role.WATCH_COMMANDER, organisation=world.watch.organisation
        )
        for n, name in enumerate(("钱进", "孔三"))
    )
    incident = incident_file(actor=world.dispatcher, category="fight", summary="Fight", **IN_EAST).incident
    outgoing = sit(world.watch, language="en").open("/shifts/")
    watching = sit(world.dispatcher, language="en").open("/shifts/")
    expect(outgoing.locator("[name=holder]")).to_be_hidden()  # a remark has no holder
    write(
        outgoing, "Promise", "Call the school back", due_at="2099-01-01T09:00", number=incident.short_number
    )
    write(outgoing, "Equipment out", "One drone", holder="特巡01")
    expect(watching.locator("[data-part]")).to_contain_text("One drone")  # by itself

    outgoing.get_by_role("link", name="Read and print the sheet").click()
    expect(outgoing.locator(".shift-sheet")).to_contain_text("Call the school back")
    paper = outgoing.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    outgoing.get_by_role("link", name="Back to the log").click()

    first, late = (sit(person, language="en").open("/shifts/") for person in (comer, second))
    expect(first.get_by_role("button", name="Take over, signed")).to_have_count(0)
    outgoing.get_by_text("Hand over and sign…").click()
    outgoing.get_by_role("button", name="Hand over, signed 赵守一").click()
    expect(outgoing.get_by_text("You have signed.")).to_be_visible()
    for page in (first, late):  # both see it by themselves, both press
        expect(page.get_by_role("button", name="Take over, signed")).to_be_visible()
    first.get_by_role("button", name="Take over, signed 钱进").click()
    expect(first.get_by_text("You have taken the watch over from 赵守一.")).to_be_visible()
    late.evaluate(
        """watch => {
          const form = document.querySelector("[data-write]").cloneNode();
          form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
          for (const [name, value] of [["act", "sign_in"], ["watch", watch]]) {
            const field = document.createElement("input");
            Object.assign(field, { name, value });
            form.append(field);
          }
          document.body.append(form);
          form.submit();
        }""",
        str(Watch.objects.get(signed_out_at__isnull=False).pk),
    )
    expect(late.get_by_role("alert")).to_contain_text("钱进 has taken this watch over at")

    watch = Watch.objects.get(signed_out_at__isnull=False)
    assert (watch.signed_out_by, watch.signed_in_by) == (world.watch, comer)
    sheet = first.goto(f"{first.url.split('/shifts/')[0]}/shifts/{watch.pk}/")
    assert sheet is not None
    expect(first.locator(".shift-signatures")).to_contain_text("钱进")
