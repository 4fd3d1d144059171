"""The log of a watch, its hand-over sheet, and the two signatures."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from boshan_police.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Assignment, Incident, ShiftEntry, Watch
from dispatch.selectors.shift import (
    change_after,
    facts,
    open_watch,
    overdue,
    past_watches,
    read_log,
)
from dispatch.selectors.shift_sheet import hand_over_sheet, read_sheet
from dispatch.services.escalation import escalation_take_over
from dispatch.services.handover import handover_offer
from dispatch.services.incident import incident_close
from dispatch.services.reinforcement import reinforcement_ask
from dispatch.services.shift import entry_done, entry_write, watch_sign_in, watch_sign_out
from dispatch.services.timer import timers_sweep
from grid.models import User
from tests.factories import AccountFactory
from tests.world import EAST, SOUTH

File = Callable[..., Incident]
Send = Callable[..., Assignment]
EVENING = datetime(2026, 11, 23, 19, 30, tzinfo=clock.zone())


@pytest.fixture
def relief(world: SimpleNamespace) -> User:
    """The watch commander who comes."""
    return AccountFactory.create(
        username="relief", name="钱进", role=Role.WATCH_COMMANDER, organisation=world.watch.organisation
    )


def promise(actor: User, **said: Any) -> ShiftEntry:
    given = {"kind": "promise", "text": "Call the school back", "due_at": clock.now() + timedelta(hours=2)}
    return entry_write(actor=actor, **{**given, **said})


# --- The log --------------------------------------------------------------------------------------------


def test_each_organisation_keeps_its_own_log(world: SimpleNamespace) -> None:
    promise(world.dispatcher)
    entry_write(actor=world.east_commander, kind="equipment", text="Two shields", holder="城东02")
    assert [row["text"] for row in read_log(open_watch(EAST)).entries] == ["Two shields"]
    (row,) = read_log(open_watch(world.watch.organisation_id)).entries
    assert (row["written_by"], row["kind"], row["done_at"]) == ("王知远", "promise", None)
    assert Watch.objects.count() == 2


def test_the_first_watch_begins_at_its_change(world: SimpleNamespace, clock_at: Any) -> None:
    clock_at(EVENING)
    entry_write(actor=world.watch, kind="remark", text="Quiet")
    watch = Watch.objects.get()
    local = [at.astimezone(clock.zone()) for at in (watch.began_at, watch.due_at)]
    assert [f"{at:%d %H:%M}" for at in local] == ["23 08:00", "23 20:00"]


@pytest.mark.parametrize(
    ("hour", "minute", "due"), [(7, 40, "23 20:00"), (8, 10, "23 20:00"), (17, 30, "23 20:00"), (19, 0, "24 08:00")]
)  # fmt: skip
def test_a_watch_handed_over_a_little_early_is_due_at_the_next_change(
    hour: int, minute: int, due: str
) -> None:
    began_at = EVENING.replace(hour=hour, minute=minute)
    assert f"{change_after(began_at).astimezone(clock.zone()):%d %H:%M}" == due


def test_an_entry_names_an_incident_by_its_serial(world: SimpleNamespace, file: File) -> None:
    incident = file()
    serial = str(int(incident.short_number))
    full_width = serial.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for number in (serial, f" {full_width} ", incident.number):
        assert promise(world.dispatcher, number=number).incident == incident
    for number in ("9999", "nonsense", "9" * 300):
        with pytest.raises(Invalid) as caught:
            promise(world.dispatcher, number=number)
        assert (caught.value.code, caught.value.field) == ("unknown_incident", "number")
    with pytest.raises(Invalid):  # in another station's area
        promise(world.south_commander, number=incident.number)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"text": " "}, "empty", "text"),
        ({"kind": "gossip"}, "unknown_kind", "kind"),
        ({"due_at": None}, "due_missing", "due_at"),
        ({"due_at": EVENING - timedelta(days=900)}, "due_past", "due_at"),
        ({"kind": "equipment", "holder": "  "}, "holder_missing", "holder"),
        (
            {"kind": "equipment", "holder": "01", "due_at": EVENING - timedelta(days=900)},
            "due_past",
            "due_at",
        ),
    ],
)
def test_what_an_entry_needs(world: SimpleNamespace, said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        promise(world.dispatcher, **said)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not ShiftEntry.objects.exists()


def test_who_may_write(world: SimpleNamespace) -> None:
    for user in (world.dispatcher, world.watch, world.east_commander):
        promise(user)
    for user in (world.east_officer, world.guard, world.east_grid, world.admin):
        with pytest.raises(Refused):
            promise(user)


def test_a_promise_is_kept_once(world: SimpleNamespace) -> None:
    entry = promise(world.dispatcher)
    done = entry_done(actor=world.watch, entry=entry.pk, outcome="They know")
    again = entry_done(actor=world.watch, entry=entry.pk, outcome="Other words")
    assert (again.done_at, again.outcome) == (done.done_at, "They know")
    with pytest.raises(Conflict) as caught:
        entry_done(actor=world.dispatcher, entry=entry.pk)
    assert (caught.value.code, caught.value.details["by"]) == ("already_done", "赵守一")


def test_whose_entries_one_may_end(world: SimpleNamespace) -> None:
    entry = promise(world.east_commander)
    remark = entry_write(actor=world.watch, kind="remark", text="Quiet")
    with pytest.raises(NotFound):
        entry_done(actor=world.south_commander, entry=entry.pk)
    with pytest.raises(Refused):  # the centre reads it, and ends only its own
        entry_done(actor=world.watch, entry=entry.pk)
    with pytest.raises(Invalid):
        entry_done(actor=world.watch, entry=remark.pk)
    with pytest.raises(NotFound):
        entry_done(actor=world.watch, entry=10**12)


@pytest.mark.parametrize(
    "wrong", [{"kind": "promise"}, {"kind": "equipment"}, {"kind": "remark", "done_at": EVENING}]
)
def test_the_database_refuses_half_an_entry(world: SimpleNamespace, wrong: dict[str, Any]) -> None:
    watch = promise(world.watch).watch
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftEntry.objects.create(watch=watch, text="?", written_at=EVENING, written_by=world.watch, **wrong)


# --- The sheet ------------------------------------------------------------------------------------------


def test_the_sheet_holds_what_the_next_watch_must_know(
    world: SimpleNamespace, file: File, send: Send, django_assert_max_num_queries: Any
) -> None:
    now = clock.now()
    late, lent, asked, offered, closed = (file(address=f"Street {n}") for n in range(5))
    send(lent, "accept", unit=world.south_car)
    order = send(asked, "accept", "depart", "arrive")
    reinforcement_ask(actor=world.east_officer, number=asked.number, wanted="Two cars")
    handover_offer(actor=world.dispatcher, number=offered.number, taker=SOUTH, reason="Theirs")
    send(closed, "accept", "depart", "arrive", "report", unit=world.east_car_2)
    incident_close(actor=world.dispatcher, number=closed.number)
    with clock.at(now + timedelta(seconds=45)):
        timers_sweep()
        escalation_take_over(actor=world.watch, number=late.number)
    kept, open_promise = promise(world.watch), promise(world.watch, text="Open")
    entry_done(actor=world.dispatcher, entry=kept.pk)
    entry_write(actor=world.watch, kind="equipment", text="A drone", holder="特巡01")
    watch = open_watch(world.watch.organisation_id)
    with django_assert_max_num_queries(14):
        sheet = hand_over_sheet(watch, clock.now() + timedelta(minutes=2))
    assert [row["text"] for row in sheet["promises"]] == [open_promise.text]
    assert [row["holder"] for row in sheet["equipment"]] == ["特巡01"]
    assert [row["text"] for row in sheet["done"]] == [kept.text]
    rows = {row["number"]: row for row in sheet["incidents"]}
    assert closed.number not in rows
    assert rows[late.number]["state"] == "escalated"
    assert rows[late.number]["owner"] == "赵守一"
    assert rows[late.number]["overdue_seconds"] > 0
    assert sheet["incidents"][0]["state"] == "escalated"  # the queue's order
    assert rows[asked.number]["reinforcement"] == "Two cars"
    assert rows[asked.number]["crews"] == [order.label]
    assert [row["number"] for row in sheet["hand_overs"]] == [offered.number]
    assert [(row["unit"], row["number"]) for row in sheet["lent"]] == [("山头01", lent.number)]
    owners = {row["number"]: row["owner"] for row in sheet["escalations"]}
    assert owners[late.number] == "赵守一"
    assert {key: sheet["figures"][key] for key in ("received", "closed", "open")} == {
        "received": 5, "closed": 1, "open": 4
    }  # fmt: skip
    assert sheet["figures"]["accepted"]["share"] == 1
    assert "summary" not in rows[late.number]  # nothing a caller said is kept for ever
    said = {(row["number"], row["code"]) for row in facts(watch, clock.now() + timedelta(minutes=2))}
    assert {(late.number, "escalation.taken_over"), (asked.number, "reinforcement.asked")} <= said


def test_a_station_s_sheet_is_its_own(world: SimpleNamespace, file: File, send: Send) -> None:
    ours = file()
    send(ours, unit=world.south_car)
    east, south = (hand_over_sheet(open_watch(code), clock.now()) for code in (EAST, SOUTH))
    assert [row["number"] for row in east["incidents"]] == [ours.number]
    assert east["lent"] == []
    assert [row["unit"] for row in south["lent"]] == ["山头01"]
    assert south["figures"]["received"] == 0


# --- The signatures ---------------------------------------------------------------------------------------


def test_the_sheet_stays_what_was_signed(world: SimpleNamespace, relief: User, file: File) -> None:
    entry = promise(world.watch)
    incident = file()
    watch = watch_sign_out(actor=world.watch, watch=entry.watch_id)
    entry_done(actor=world.watch, entry=entry.pk)
    incident_note_later = file()
    watch.refresh_from_db()
    sheet = read_sheet(watch.sheet)
    assert [row["text"] for row in sheet["promises"]] == [entry.text]
    assert sheet["promises"][0]["due_at"] == entry.due_at
    assert [row["number"] for row in sheet["incidents"]] == [incident.number]
    assert incident_note_later.number not in str(watch.sheet)
    signed = watch_sign_in(actor=relief, watch=watch.pk)
    assert (signed.signed_out_by, signed.signed_in_by) == (world.watch, relief)
    assert list(
        AuditEntry.objects.filter(code__startswith="watch.").order_by("id").values_list("code", "actor_name")
    ) == [("watch.signed_out", "赵守一"), ("watch.signed_in", "钱进")]
    following = open_watch(watch.organisation_id)
    assert following.began_at == watch.signed_out_at
    assert promise(relief).watch == following


def test_what_is_owed_goes_on_into_the_next_watch(world: SimpleNamespace) -> None:
    entry = promise(world.watch)
    remark = entry_write(actor=world.watch, kind="remark", text="Quiet")
    watch_sign_out(actor=world.watch, watch=entry.watch_id)
    after = open_watch(entry.watch.organisation_id)
    assert [row["id"] for row in read_log(after).entries] == [entry.pk]
    assert remark.pk not in {row["id"] for row in hand_over_sheet(after, clock.now())["remarks"]}


def test_a_watch_is_closed_once(world: SimpleNamespace, relief: User) -> None:
    first = watch_sign_out(actor=world.watch, watch=None)  # the first one ever: nothing was written
    assert watch_sign_out(actor=world.watch, watch=None) == first
    assert watch_sign_out(actor=world.watch, watch=first.pk).signed_out_at == first.signed_out_at
    for key in (None, first.pk):
        with pytest.raises(Conflict) as caught:
            watch_sign_out(actor=relief, watch=key)
        assert (caught.value.code, caught.value.details["by"]) == ("already_signed_out", "赵守一")
    assert Watch.objects.filter(signed_out_at=None).count() == 1


def test_who_signs_for_it(world: SimpleNamespace, relief: User) -> None:
    running = promise(world.watch).watch
    with pytest.raises(Conflict) as caught:
        watch_sign_in(actor=relief, watch=running.pk)
    assert caught.value.code == "not_signed_out"
    watch_sign_out(actor=world.watch, watch=running.pk)
    with pytest.raises(Invalid) as invalid:
        watch_sign_in(actor=world.watch, watch=running.pk)
    assert invalid.value.code == "same_person"
    for user in (world.dispatcher, world.east_officer):
        with pytest.raises(Refused):
            watch_sign_in(actor=user, watch=running.pk)
    with pytest.raises(NotFound):
        watch_sign_in(actor=world.east_commander, watch=running.pk)
    third = AccountFactory.create(
        username="third", name="孔三", role=Role.WATCH_COMMANDER, organisation=relief.organisation
    )
    signed = watch_sign_in(actor=relief, watch=running.pk)
    assert watch_sign_in(actor=relief, watch=running.pk).signed_in_at == signed.signed_in_at
    with pytest.raises(Conflict) as caught:
        watch_sign_in(actor=third, watch=running.pk)
    assert (caught.value.code, caught.value.details["by"]) == ("already_signed_in", "钱进")


def test_nobody_signs_for_another_organisation(world: SimpleNamespace) -> None:
    watch = promise(world.east_commander).watch
    with pytest.raises(Refused) as caught:
        watch_sign_out(actor=world.watch, watch=watch.pk)
    assert caught.value.code == "other_watch"


def test_a_missing_signature_is_told_after_half_an_hour(world: SimpleNamespace, clock_at: Any) -> None:
    clock_at(EVENING)
    watch = promise(world.watch).watch
    change = watch.due_at
    assert overdue(watch, change + timedelta(minutes=29)) is None
    assert overdue(watch, change + timedelta(minutes=31)) == timedelta(minutes=31)
    watch = watch_sign_out(actor=world.watch, watch=watch.pk)
    assert overdue(watch, clock.now() + timedelta(minutes=29)) is None
    assert overdue(past_watches(watch.organisation_id)[0], clock.now() + timedelta(minutes=31))


@pytest.mark.slow
def test_of_two_who_sign_at_once_one_wins(committed_world: SimpleNamespace) -> None:
    comers = [
        AccountFactory.create(
            username=f"comer{n}", name=f"来{n}", role=Role.WATCH_COMMANDER,
            organisation=committed_world.watch.organisation,
        )
        for n in range(4)
    ]  # fmt: skip
    watch = watch_sign_out(actor=committed_world.watch, watch=None)
    barrier = threading.Barrier(len(comers))
    outcomes: list[str | DomainError] = []

    def sign(person: User) -> None:
        barrier.wait()
        try:
            outcomes.append(watch_sign_in(actor=person, watch=watch.pk).signed_in_by.name)
        except DomainError as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(person,)) for person in comers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [one for one in outcomes if isinstance(one, str)]
    watch.refresh_from_db()
    assert watch.signed_in_by.name == winner
    losers = [one for one in outcomes if isinstance(one, DomainError)]
    assert [(one.code, one.details["by"]) for one in losers] == [("already_signed_in", winner)] * 3
