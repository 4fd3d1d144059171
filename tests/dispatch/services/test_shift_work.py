"""Reinforcement, pulling a busy unit, handing over, merging, splitting, the follow-up call."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.reference import forget_all
from dispatch import access
from dispatch.lifecycle import Status
from dispatch.models import Assignment, Category, FollowUpCall, Handover, Incident
from dispatch.selectors.board import incident_row
from dispatch.selectors.followup import follow_ups_due
from dispatch.services.assignment import assignment_create
from dispatch.services.followup import follow_up_record
from dispatch.services.handover import handover_accept, handover_decline, handover_offer
from dispatch.services.incident import incident_cancel, incident_claim, incident_close, incident_reopen
from dispatch.services.merging import incident_merge, incident_split
from dispatch.services.preemption import unit_preempt
from dispatch.services.reinforcement import reinforcement_ask, reinforcement_decline
from tests.world import EAST, GUARDS, SOUTH

from .conftest import changes_nothing, codes, pending, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]


# --- Reinforcement ------------------------------------------------------------------------------------


def test_reinforcement_stands_on_the_board_until_somebody_is_sent(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file()
    send(incident, "accept")
    reinforcement_ask(actor=world.east_officer, number=incident.number, wanted=" two cars, a shield ")
    row = incident_row(incident.pk)
    assert row["reinforcement"] == "two cars, a shield"
    assert row["reinforcement_at"]
    with changes_nothing():
        reinforcement_ask(actor=world.east_officer, number=incident.number, wanted="two cars, a shield")
    assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car_2.pk])
    row = incident_row(incident.pk)
    assert (row["reinforcement"], row["reinforcement_at"]) == ("", None)
    assert codes(incident)[-3:] == ["reinforcement.asked", "unit.dispatched", "reinforcement.sent"]


def test_reinforcement_declined_once(world: SimpleNamespace, file: File) -> None:
    incident = file()
    reinforcement_ask(actor=world.east_officer, number=incident.number, wanted="two cars")
    reinforcement_decline(actor=world.dispatcher, number=incident.number, reason="All are at 0001")
    assert codes(incident)[-1] == "reinforcement.declined"
    with refused(Conflict, "no_reinforcement"):
        reinforcement_decline(actor=world.dispatcher, number=incident.number, reason="Again")
    with refused(Invalid, "wanted_missing", field="wanted"):
        reinforcement_ask(actor=world.east_officer, number=incident.number, wanted=" ")


# --- Pulling a busy unit ------------------------------------------------------------------------------


def test_a_pulled_unit_leaves_its_incident_to_the_queue_with_a_new_clock(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    noise, brawl = file(category="noise", priority=1), file()
    send(noise, "accept", "depart")
    order = unit_preempt(
        actor=world.east_commander, number=brawl.number, unit=world.east_car.pk, reason="A knife"
    )
    noise.refresh_from_db()
    assert (order.incident_id, order.unit_id, order.step) == (brawl.pk, world.east_car.pk, "dispatched")
    assert (noise.status, noise.stage) == (Status.REPORTED, "unclaimed")
    assert pending(noise) is not None
    assert codes(noise)[-2:] == ["unit.preempted", "incident.requeued"]
    assert codes(brawl)[-1] == "unit.diverted"
    entry = noise.timeline.get(code="unit.preempted")
    assert entry.data["reason"] == "A knife"
    assert entry.data["number"] == brawl.short_number
    world.east_car.refresh_from_db()
    assert world.east_car.status == "assigned"


def test_what_is_left_goes_on_where_others_are_on_it(world: SimpleNamespace, file: File, send: Send) -> None:
    noise, brawl = file(category="noise"), file()
    send(noise, "accept", "depart")
    send(noise, "accept", "depart", "arrive", unit=world.east_car_2)
    unit_preempt(actor=world.dispatcher, number=brawl.number, unit=world.east_car.pk, reason="A knife")
    noise.refresh_from_db()
    assert noise.status == Status.ON_SCENE


def test_pulling_is_refused(world: SimpleNamespace, file: File, send: Send) -> None:
    noise, brawl = file(category="noise"), file()
    pull = {"actor": world.dispatcher, "number": brawl.number, "unit": world.east_car.pk, "reason": "A knife"}
    with refused(Conflict, "unit_free", field="unit"):
        unit_preempt(**pull)
    send(noise)
    with refused(Invalid, "reason_missing", field="reason"):
        unit_preempt(**pull | {"reason": " "})
    with refused(Invalid, "same_incident", field="unit"):
        unit_preempt(**pull | {"number": noise.number})
    with refused(Refused, "other_unit", field="units"):
        unit_preempt(**pull | {"actor": world.south_commander})
    incident_cancel(actor=world.dispatcher, number=brawl.number, reason="A hoax")
    with refused(Conflict, "wrong_state"):
        unit_preempt(**pull)


# --- Handing over -------------------------------------------------------------------------------------


def test_a_hand_over_counts_from_its_acceptance(world: SimpleNamespace, file: File) -> None:
    incident = file()
    handover_offer(actor=world.east_commander, number=incident.number, taker=SOUTH, reason="South's street")
    incident.refresh_from_db()
    assert incident.station_id == EAST
    assert incident_row(incident.pk)["offered_to"] == SOUTH
    assert access.may_see(world.south_officer, incident)
    generation = incident.generation
    handover_accept(actor=world.south_officer, number=incident.number)
    incident.refresh_from_db()
    assert (incident.station_id, incident.generation) == (SOUTH, generation + 1)
    assert incident_row(incident.pk)["offered_to"] is None
    assert access.may_see(world.east_officer, incident)  # its own history
    assert codes(incident)[1:] == ["handover.offered", "handover.accepted"]


def test_a_claim_takes_in_what_was_offered(world: SimpleNamespace, file: File) -> None:
    incident = file()
    handover_offer(actor=world.east_commander, number=incident.number, taker=SOUTH, reason="South's street")
    incident_claim(actor=world.south_officer, number=incident.number, unit=world.south_car.pk)
    incident.refresh_from_db()
    assert (incident.station_id, incident.status) == (SOUTH, Status.ACCEPTED)
    assert codes(incident)[1:] == ["handover.offered", "handover.accepted", "incident.claimed"]


def test_a_declined_hand_over_stays_with_the_giver(world: SimpleNamespace, file: File) -> None:
    incident = file()
    handover_offer(actor=world.dispatcher, number=incident.number, taker=SOUTH, reason="South's street")
    with refused(Conflict, "handover_pending", taker=SOUTH):
        handover_offer(actor=world.dispatcher, number=incident.number, taker=SOUTH, reason="Again")
    handover_decline(actor=world.south_commander, number=incident.number, reason="It is East's side")
    incident.refresh_from_db()
    assert incident.station_id == EAST
    assert Handover.objects.get().state == Handover.State.DECLINED
    with refused(Conflict, "no_handover"):
        handover_accept(actor=world.south_officer, number=incident.number)


def test_the_giver_withdraws_and_an_end_withdraws_too(world: SimpleNamespace, file: File) -> None:
    first, second = file(), file()
    handover_offer(actor=world.east_commander, number=first.number, taker=SOUTH, reason="South's street")
    handover_decline(actor=world.east_commander, number=first.number, reason="A mistake")
    assert codes(first)[-1] == "handover.withdrawn"
    handover_offer(actor=world.east_commander, number=second.number, taker=SOUTH, reason="South's street")
    incident_cancel(actor=world.dispatcher, number=second.number, reason="A hoax")
    assert {row.state for row in Handover.objects.all()} == {Handover.State.WITHDRAWN}


def test_whom_it_can_not_be_handed_to(world: SimpleNamespace, file: File) -> None:
    incident = file()
    offer = {"actor": world.east_commander, "number": incident.number, "reason": "Not ours"}
    for taker in (GUARDS, "999999999999", ""):
        with refused(Invalid, "unknown_taker", field="taker"):
            handover_offer(taker=taker, **offer)
    with refused(Invalid, "same_station", field="taker"):
        handover_offer(taker=EAST, **offer)
    handover_offer(taker=SOUTH, **offer)
    with refused(Refused, "other_taker"):
        handover_accept(actor=world.east_officer, number=incident.number)


# --- Merging and splitting ----------------------------------------------------------------------------


def test_a_merged_incident_brings_its_crews_and_callers(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    target, source = file(), file(caller_name="李小明", caller_phone="13800000612")
    order = send(source, "accept", "depart")
    incident_merge(actor=world.dispatcher, number=source.number, into=target.number, reason="Same fight")
    source.refresh_from_db()
    target.refresh_from_db()
    moved = target.assignments.get()
    order.refresh_from_db()
    assert (moved.step, moved.departed_at, order.step) == ("en_route", order.departed_at, "released")
    assert (source.status, source.merged_into, source.stage) == (Status.MERGED, target, "")
    assert target.status == Status.EN_ROUTE
    assert target.further_callers.get().phone == "13800000612"
    assert codes(target)[1:] == ["incident.absorbed", "unit.moved"]
    assert pending(source) is None
    assert pending(target) is None  # this world has no limit for that stage
    incident_reopen(actor=world.dispatcher, number=source.number, reason="Two fights after all")
    source.refresh_from_db()
    assert (source.status, source.merged_into) == (Status.REPORTED, None)


def test_merging_is_refused(world: SimpleNamespace, file: File) -> None:
    target, source = file(), file()
    merge = {"actor": world.dispatcher, "number": source.number}
    with refused(Invalid, "same_incident", field="into"):
        incident_merge(into=source.number, **merge)
    with refused(NotFound, "not_found"):
        incident_merge(into="370304209901010001", **merge)
    incident_cancel(actor=world.dispatcher, number=target.number, reason="A hoax")
    with refused(Conflict, "wrong_state"):
        incident_merge(into=target.number, **merge)


def test_a_split_files_the_second_matter_at_the_same_place_once(
    world: SimpleNamespace, file: File, send: Send
) -> None:
    incident = file(address="Market")
    send(incident, "accept")
    send(incident, "accept", unit=world.east_car_2)
    split = {
        "actor": world.dispatcher, "number": incident.number, "category": "theft", "summary": "A bag is gone",
        "units": [world.east_car_2.pk], "idempotency_key": "split-1",
    }  # fmt: skip
    filed = incident_split(**split)
    assert filed.created
    second = Incident.objects.get(number=filed.incident.number)
    assert (second.address, second.station_id, second.split_from) == ("Market", EAST, incident)
    assert second.status == Status.ACCEPTED
    assert second.assignments.get().unit == world.east_car_2
    incident.refresh_from_db()
    assert incident.status == Status.ACCEPTED
    assert codes(incident)[-1] == "incident.split"
    with changes_nothing():
        assert not incident_split(**split).created
    with refused(Conflict, "unit_not_here", field="units"):
        incident_split(**split | {"idempotency_key": None})


# --- The follow-up call -------------------------------------------------------------------------------


@pytest.fixture
def closed(world: SimpleNamespace, file: File, send: Send) -> Incident:
    Category.objects.filter(code="fight").update(follow_up_hours=24)
    forget_all()
    incident = file(caller_name="李小明", caller_phone="13800000612")
    send(incident, "accept", "depart", "arrive", "report")
    incident_close(actor=world.dispatcher, number=incident.number, outcome="Settled")
    return incident


def test_a_call_is_planned_and_made(world: SimpleNamespace, closed: Incident) -> None:
    (due,) = follow_ups_due(world.dispatcher)
    assert (due["number"], due["overdue"], due["attempts"]) == (closed.number, False, 0)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert follow_ups_due(world.dispatcher)[0]["overdue"]
    assert follow_ups_due(world.south_commander) == []
    follow_up_record(actor=world.dispatcher, number=closed.number, reached=False)
    assert follow_ups_due(world.dispatcher)[0]["attempts"] == 1
    follow_up_record(actor=world.watch, number=closed.number, reached=True, rating=4, remark="Fast")
    assert follow_ups_due(world.dispatcher) == []
    assert codes(closed)[-2:] == ["followup.missed", "followup.done"]
    with refused(Conflict, "follow_up_made", by="赵守一"):
        follow_up_record(actor=world.dispatcher, number=closed.number, reached=False)


def test_a_call_is_given_up_after_three_tries(world: SimpleNamespace, closed: Incident) -> None:
    for _ in range(3):
        call = follow_up_record(actor=world.dispatcher, number=closed.number, reached=False)
    assert call.state == FollowUpCall.State.GIVEN_UP
    assert codes(closed)[-1] == "followup.given_up"


def test_a_reopened_incident_is_not_called_about(world: SimpleNamespace, closed: Incident) -> None:
    incident_reopen(actor=world.dispatcher, number=closed.number, reason="They fight again")
    assert follow_ups_due(world.dispatcher) == []
    with refused(NotFound, "no_follow_up"):
        follow_up_record(actor=world.dispatcher, number=closed.number, reached=False)


@pytest.mark.parametrize("rating", [None, 0, 6])
def test_who_was_reached_gives_a_rating(world: SimpleNamespace, closed: Incident, rating: int | None) -> None:
    with refused(Invalid, "rating_range", field="rating"):
        follow_up_record(actor=world.dispatcher, number=closed.number, reached=True, rating=rating)
