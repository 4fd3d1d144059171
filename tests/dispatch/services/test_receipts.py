"""What the other side says of a message, and messages by which people try their contacts."""

import base64
import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, NotFound, Refused
from dispatch.couriers.webhook import signature
from dispatch.models import Delivery, Incident
from dispatch.selectors.delivery import told
from dispatch.services.delivery import (
    contact_try,
    deliveries_send,
    delivery_open,
    delivery_receive,
    notices_shown,
)
from dispatch.services.escalation import notice_see
from grid.models import Contact, Gateway, User
from tests.dispatch.other_side import SECRET, OtherSide, courier_elsewhere, only, wait_until

State = Delivery.State


def receipt(delivery: Delivery, state: str, secret: str = SECRET, age: int = 0, error: str = "") -> Delivery:
    body = json.dumps({"state": state}).encode()
    timestamp = str(int(clock.now().timestamp()) - age)
    signed = signature(secret, str(delivery.key), timestamp, body)
    return delivery_receive(
        key=delivery.key, state=state, error=error, timestamp=timestamp, signed=signed, body=body
    )


def test_receipts_move_a_message_forward_and_never_back(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    deliveries_send()
    assert receipt(only(), "delivered").state == State.DELIVERED
    assert receipt(only(), "read").state == State.READ
    assert receipt(only(), "delivered").state == State.READ
    assert receipt(only(), "failed").state == State.READ


def test_a_receipt_may_be_sooner_than_our_own_word(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    receipt(only(), "delivered")
    assert deliveries_send() == 0
    assert only().state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_the_reason_of_a_failure_outlives_our_own_word(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    other_side.hangs = True

    courier = courier_elsewhere()
    wait_until(lambda: other_side.got)
    receipt(only(), "failed", error="no such number")
    other_side.released.set()
    courier.join(20)
    assert (only().state, only().error) == (State.FAILED, "no such number")
    assert only().sent_at is not None


def test_a_forged_old_or_unknown_receipt_changes_nothing(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    deliveries_send()
    with pytest.raises(Refused):
        receipt(only(), "delivered", secret="whsec_" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(Refused):
        receipt(only(), "delivered", age=301)
    with pytest.raises(Refused):
        delivery_receive(key=only().key, state="read", timestamp="９９e", signed="v1,é", body=b"")
    with pytest.raises(NotFound):
        delivery_receive(key=uuid.uuid4(), state="read")
    assert only().state == State.SENT


def test_the_link_is_a_receipt_for_its_recipient_alone(
    world: SimpleNamespace, escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    deliveries_send()
    with pytest.raises(NotFound):
        delivery_open(actor=world.watch, key=only().key)
    delivery_open(actor=world.east_commander, key=only().key)
    assert only().state == State.READ


def test_the_screen_is_a_channel_too(
    world: SimpleNamespace, escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    incident = escalate()
    states = [(row["channel"], row["state"]) for row in told(incident)]
    assert states == [("screen", State.QUEUED), ("webhook", State.QUEUED)]
    assert notices_shown(actor=world.east_commander, number=incident.number) == 1
    assert notices_shown(actor=world.east_commander, number=incident.number) == 0
    assert notices_shown(actor=world.watch, number=incident.number) == 0
    assert told(incident)[0]["state"] == State.DELIVERED
    notice_see(actor=world.east_commander, number=incident.number)
    assert told(incident)[0]["state"] == State.READ
    assert told(incident)[1]["address"] == "139…01"


# --- Trying a contact ------------------------------------------------------------------------------------


def test_a_trial_goes_out_and_not_ten_at_once(
    world: SimpleNamespace, by_gateway: Contact, other_side: OtherSide
) -> None:
    contact_try(actor=world.east_commander, key=by_gateway.pk)
    with pytest.raises(Conflict, match="tried_just_now"):
        contact_try(actor=world.east_commander, key=by_gateway.pk)
    assert deliveries_send() == 1
    assert json.loads(other_side.got[0].body)["type"] == "test"


def test_nobody_tries_another_s_contact_or_a_closed_one(
    world: SimpleNamespace, by_gateway: Contact, gateway: Gateway
) -> None:
    stranger: User = world.watch
    with pytest.raises(NotFound):
        contact_try(actor=stranger, key=by_gateway.pk)
    Gateway.objects.update(active=False)
    with pytest.raises(Conflict, match="contact_closed"):
        contact_try(actor=world.east_commander, key=by_gateway.pk)
