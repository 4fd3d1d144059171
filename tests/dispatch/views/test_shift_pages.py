"""/shifts/, the sheet and their API."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Incident, ShiftEntry, Watch
from dispatch.services.shift import entry_write, watch_sign_out
from grid.models import User
from tests.factories import AccountFactory
from tests.world import EAST

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def relief(world: SimpleNamespace) -> User:
    return AccountFactory.create(
        username="relief", name="钱进", role=Role.WATCH_COMMANDER, organisation=world.watch.organisation
    )


def later() -> str:
    return f"{clock.now().astimezone(clock.zone()) + timedelta(hours=3):%Y-%m-%dT%H:%M}"


def test_a_watch_without_script(
    world: SimpleNamespace, client: Client, relief: User, file: Callable[..., Incident]
) -> None:
    incident = file()
    client.force_login(world.watch)
    given = {"act": "write", "kind": "promise", "text": "Call back <b>", "due_at": later(), "number": "1"}
    page = client.post("/shifts/", given, follow=True, headers=ENGLISH)
    assert page.redirect_chain == [("/shifts/", 302)]
    assert "Call back &lt;b&gt;" in page.content.decode()
    entry = ShiftEntry.objects.get()
    assert entry.incident == incident
    client.post("/shifts/", {"act": "done", "entry": entry.pk, "outcome": "Reached"})
    entry.refresh_from_db()
    assert entry.outcome == "Reached"
    page = client.get("/shifts/sheet/", headers=ENGLISH).content.decode()
    assert incident.short_number in page
    assert "not signed, as it stands now" in page
    client.post("/shifts/", {"act": "sign_out", "watch": entry.watch_id})
    client.force_login(relief)
    page = client.get("/shifts/", headers=ENGLISH).content.decode()
    assert "Take over, signed 钱进" in page
    page = client.post("/shifts/", {"act": "sign_in", "watch": entry.watch_id}, follow=True, headers=ENGLISH)
    assert "You have taken the watch over from 赵守一." in page.content.decode()
    sheet = client.get(f"/shifts/{entry.watch_id}/", headers=ENGLISH).content.decode()
    assert "赵守一" in sheet
    assert "钱进" in sheet


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": ""}, "This field is required."),
        ({"text": "x" * 10_000}, "at most 500"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"text": "a\x07b"}, "control character"),
        ({"due_at": ""}, "By when was it promised?"),
        ({"due_at": "tomorrow"}, "valid date"),
        ({"due_at": "0001-01-01T00:00"}, "This time can&#x27;t be right."),
        ({"due_at": "9999-12-31T23:59"}, "This time can&#x27;t be right."),
        ({"number": "9999"}, "no incident"),
        ({"kind": "gossip"}, "valid choice"),
    ],
)
def test_what_was_typed_stays_beside_the_error(
    world: SimpleNamespace, client: Client, wrong: dict[str, str], said: str
) -> None:
    client.force_login(world.dispatcher)
    given = {"act": "write", "kind": "promise", "text": "学校 🏫 call", "due_at": later(), "number": ""}
    response = client.post("/shifts/", {**given, **wrong}, headers=ENGLISH)
    page = response.content.decode()
    assert response.status_code == 400
    assert said in page
    if "text" not in wrong:
        assert "学校 🏫 call" in page
    assert not ShiftEntry.objects.exists()


@pytest.mark.parametrize("outcome", ["a\x00b", "a\x07b", "x" * 201])
def test_how_it_ended_is_text_too(world: SimpleNamespace, client: Client, outcome: str) -> None:
    entry = entry_write(actor=world.watch, kind="equipment", text="A drone", holder="01")
    client.force_login(world.watch)
    given = {"act": "done", "entry": entry.pk, "outcome": outcome}
    response = client.post("/shifts/", given, headers=ENGLISH)
    assert response.status_code == 400
    assert "How it ended: " in response.content.decode()
    entry.refresh_from_db()
    assert entry.done_at is None


def test_who_was_sooner_is_told_on_the_page(world: SimpleNamespace, client: Client, relief: User) -> None:
    watch = watch_sign_out(actor=world.watch, watch=None)
    client.force_login(relief)
    response = client.post("/shifts/", {"act": "sign_out", "watch": watch.pk}, headers=ENGLISH)
    assert response.status_code == 409
    assert "赵守一 has signed this sheet at" in response.content.decode()
    for nonsense in ("", "x", "9" * 40):
        response = client.post("/shifts/", {"act": "sign_in", "watch": nonsense})
        assert response.status_code == 400


def test_who_sees_which_log(world: SimpleNamespace, client: Client) -> None:
    entry = entry_write(actor=world.east_commander, kind="remark", text="Only the East")
    for user, status in (
        (world.watch, 200), (world.east_officer, 200), (world.south_commander, 404), (world.guard, 403)
    ):  # fmt: skip
        client.force_login(user)
        assert client.get("/shifts/", {"of": EAST}).status_code == status
        assert client.get(f"/shifts/{entry.watch_id}/").status_code == status
    client.force_login(world.watch)
    page = client.get("/shifts/", {"of": EAST}, headers=ENGLISH).content.decode()
    assert "Only the East" in page
    assert "Write it down" not in page
    assert client.get("/shifts/", {"of": "nowhere"}).status_code == 404
    client.force_login(world.east_officer)
    assert "Write it down" not in client.get("/shifts/", headers=ENGLISH).content.decode()
    given = {"act": "write", "kind": "remark", "text": "Me too"}
    refusals = AuditEntry.objects.filter(code="access.refused")
    before = refusals.count()
    assert client.post("/shifts/", given).status_code == 403
    assert refusals.count() == before + 1
    newest = refusals.latest("id")
    assert (newest.actor, newest.target) == (world.east_officer, "POST /shifts/")


def test_what_is_left_out_is_said(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.selectors.shift.MOST", 1)
    for text in ("First", "Second", "Third"):
        entry_write(actor=world.watch, kind="remark", text=text)
    client.force_login(world.watch)
    for path in ("/shifts/", "/shifts/sheet/"):
        assert "未显示的较早备注和已办结记录：2 条" in client.get(path).content.decode()


def test_the_part_that_changes(world: SimpleNamespace, client: Client) -> None:
    entry_write(actor=world.watch, kind="equipment", text="A drone", holder="特巡01")
    client.force_login(world.watch)
    part = client.get("/shifts/", {"part": ""}).content.decode()
    assert "A drone" in part
    assert "<html" not in part


def test_an_unsigned_sheet_is_told_plainly(world: SimpleNamespace, client: Client, relief: User) -> None:
    watch = watch_sign_out(actor=world.watch, watch=None)
    Watch.objects.filter(pk=watch.pk).update(
        began_at=watch.began_at - timedelta(hours=12), signed_out_at=clock.now() - timedelta(minutes=43)
    )
    client.force_login(relief)
    assert "unsigned +43:" in client.get("/shifts/", headers=ENGLISH).content.decode()


def test_the_page_costs_the_same_however_long_the_log(
    world: SimpleNamespace, client: Client, file: Callable[..., Incident], django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        file()
        entry_write(actor=world.watch, kind="remark", text=str(n))
    client.force_login(world.watch)
    client.get("/shifts/")
    with django_assert_max_num_queries(20):
        client.get("/shifts/")


def test_the_api(world: SimpleNamespace, api: Callable[..., Any], relief: User) -> None:
    client = api(world.watch)
    given = {"kind": "equipment", "text": "A drone", "holder": "特巡01"}
    entry = client.send("shifts/entries/", given)
    assert entry.status_code == 201
    for wrong in (
        {**given, "holder": ""},
        {**given, "text": "x" * 501},
        {"kind": "promise", "text": "No date"},
    ):
        answer = client.send("shifts/entries/", wrong)
        assert answer.status_code == 400
        assert answer.json()["error"]["field"]
    current = client.read("shifts/").json()
    assert [row["text"] for row in current["entries"]] == ["A drone"]
    key = current["watch"]["id"]
    assert client.send(f"shifts/entries/{entry.json()['id']}/done/", {"outcome": "Back"}).status_code == 200
    assert client.send("shifts/sign-out/", {"watch": key}).json()["signed_out_by"] == "赵守一"
    assert api(world.dispatcher).send(f"shifts/{key}/sign-in/").status_code == 403
    assert api(relief).send(f"shifts/{key}/sign-in/").json()["signed_in_by"] == "钱进"
    sheet = api(world.dispatcher).read(f"shifts/{key}/").json()
    assert sheet["watch"]["signed_in_by"] == "钱进"
    assert [row["text"] for row in sheet["sheet"]["done"]] == ["A drone"]
    assert api(world.east_commander).read(f"shifts/{key}/").status_code == 404
    assert client.read("shifts/").json()["past"][0]["id"] == key
