"""Deliveries: queued with the notice, sent by couriers over real sockets, followed by receipts; nothing is lost."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from boshan_police.kernel import clock
from dispatch.lifecycle import Stage
from dispatch.models import Delivery, Incident, Notice
from dispatch.selectors.health import read_health
from dispatch.services.delivery import (
    AGAIN_AFTER,
    BATCH,
    LEASE,
    deliveries_send,
)
from dispatch.services.escalation import escalation_take_over, notice_see
from grid.models import Contact, Gateway
from tests.dispatch.other_side import SECRET, OtherSide, courier_elsewhere, only, wait_until

State = Delivery.State


# --- A gateway -------------------------------------------------------------------------------------------


def test_a_gateway_gets_a_signed_message_without_personal_data(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide, settings: Any
) -> None:
    settings.SITE_URL = "https://boshan.example"
    incident = escalate()
    assert (only().state, only().attempts) == (State.QUEUED, 0)
    assert deliveries_send() == 1
    (got,) = other_side.got
    delivery = only()
    assert (delivery.state, delivery.attempts, delivery.due_at, delivery.error) == (State.SENT, 1, None, "")
    assert got.headers["webhook-id"] == str(delivery.key)
    signed = f"{delivery.key}.{got.headers['webhook-timestamp']}.".encode() + got.body
    wanted = base64.b64encode(hmac.new(b"s" * 32, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{wanted}"
    message = json.loads(got.body)
    assert message["type"] == "escalation.raised"
    assert message["data"]["to"] == "13900000001"
    assert message["data"]["number"] == incident.number
    assert message["data"]["url"] == f"https://boshan.example/notices/{delivery.key}/"
    for secret in ("持刀", "张三", "13800000000", "解放路"):
        assert secret not in got.body.decode()


def test_nothing_is_sent_twice(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    assert (deliveries_send(), deliveries_send(), len(other_side.got)) == (1, 0, 1)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_gateway_in_trouble_is_asked_again_and_given_up_in_the_end(
    escalate: Callable[..., Incident],
    by_gateway: Contact,
    other_side: OtherSide,
    clock_at: Callable[[datetime], datetime],
    status: int,
) -> None:
    other_side.status = status
    escalate()
    for pause in AGAIN_AFTER:
        assert deliveries_send() == 1
        waiting = only()
        assert (waiting.state, waiting.error) == (State.QUEUED, f"HTTP {status}")
        assert waiting.due_at == clock.now() + timedelta(seconds=pause)
        assert deliveries_send() == 0  # not before its time
        clock_at(waiting.due_at)
    deliveries_send()
    failed = only()
    assert (failed.state, failed.attempts, failed.due_at) == (State.FAILED, 5, None)
    assert read_health(redis=True)["deliveries"] == {"waiting_seconds": 0.0, "failed": 1}
    clock_at(clock.now() + timedelta(hours=1))
    assert read_health(redis=True)["deliveries"]["failed"] == 0


@pytest.mark.parametrize("status", [301, 400, 401, 404])
def test_a_refusal_is_final(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide, status: int
) -> None:
    other_side.status = status
    escalate()
    deliveries_send()
    failed = only()
    assert (failed.state, failed.error, len(other_side.got)) == (State.FAILED, f"HTTP {status}", 1)


def test_a_gateway_that_never_answers_holds_up_itself_alone(
    world: SimpleNamespace,
    escalate: Callable[..., Incident],
    by_gateway: Contact,
    other_side: OtherSide,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatch.couriers.webhook.SECONDS", 0.3)
    settings.EMAIL_ENABLED = True
    other_side.hangs = True
    Contact.objects.create(person=world.east_commander, channel="email", address="sun@boshan.example")
    escalate()
    assert deliveries_send() == 2
    states = dict(Delivery.objects.values_list("contact__channel", "state"))
    assert states == {"webhook": State.QUEUED, "email": State.SENT}
    assert Delivery.objects.get(contact=by_gateway).error == "ReadTimeout"
    assert len(mail.outbox) == 1


def test_a_gateway_that_answers_by_drops_is_left(
    world: SimpleNamespace, escalate: Callable[..., Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drop comes in time; the whole answer would never."""
    monkeypatch.setattr("dispatch.couriers.webhook.SECONDS", 0.4)
    over, began = threading.Event(), time.monotonic()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        talk, _address = listener.accept()
        talk.recv(65536)
        talk.sendall(b"HTTP/1.1 200 OK\r\nX-Drops: ")
        with talk, suppress(OSError):
            while not over.wait(0.1) and time.monotonic() - began < 20:
                talk.sendall(b".")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    gateway = Gateway.objects.create(
        name="drip", url=f"http://127.0.0.1:{listener.getsockname()[1]}/", secret=SECRET
    )
    Contact.objects.create(person=world.east_commander, channel="webhook", gateway=gateway, address="139")
    escalate()
    deliveries_send()
    over.set()
    thread.join(5)
    listener.close()
    (delivery,) = Delivery.objects.all()
    assert (delivery.state, delivery.error) == (State.QUEUED, "TooSlow")


def test_a_courier_killed_in_the_middle_costs_a_delay_and_not_the_message(
    escalate: Callable[..., Incident],
    by_gateway: Contact,
    other_side: OtherSide,
    clock_at: Callable[[datetime], datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    escalate()

    def die(*_args: Any) -> None:
        raise SystemExit  # as a kill: nothing after it runs

    with monkeypatch.context() as patched:
        patched.setattr("dispatch.services.delivery._write_down", die)
        with pytest.raises(SystemExit):
            deliveries_send()
    assert deliveries_send() == 0  # leased
    clock_at(clock.now() + LEASE)
    assert read_health(redis=True)["deliveries"]["waiting_seconds"] == 0.0
    assert deliveries_send() == 1
    assert only().state == State.SENT
    assert {got.headers["webhook-id"] for got in other_side.got} == {str(only().key)}


@pytest.mark.django_db(transaction=True)
def test_an_answer_after_the_lease_ran_out_does_not_overrule_the_next_attempt(
    escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    escalate()
    other_side.hangs, other_side.status = True, 500

    slow = courier_elsewhere()
    wait_until(lambda: other_side.got)
    Delivery.objects.update(attempts=2, state=State.SENT)  # somebody else's second attempt went well
    other_side.released.set()
    slow.join(20)
    assert (only().state, only().error) == (State.SENT, "")


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_hangs_is_served_at_once(
    world: SimpleNamespace,
    escalate: Callable[..., Incident],
    by_gateway: Contact,
    other_side: OtherSide,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatch.couriers.webhook.SECONDS", 20.0)
    settings.EMAIL_ENABLED = True
    other_side.hangs = True
    escalate()

    courier = courier_elsewhere()
    wait_until(lambda: other_side.got)
    hanging = only()
    address = Contact.objects.create(person=world.watch, channel="email", address="zhao@boshan.example")
    now = clock.now() - timedelta(minutes=1)
    Delivery.objects.create(contact=address, created_at=now, due_at=now)
    wait_until(lambda: Delivery.objects.get(contact=address).state == State.SENT)
    hanging.refresh_from_db()
    assert (hanging.state, courier.is_alive(), len(mail.outbox)) == (State.QUEUED, True, 1)
    other_side.released.set()
    courier.join(20)
    hanging.refresh_from_db()
    assert hanging.state == State.SENT


def test_a_turn_ends_however_much_there_is(
    by_gateway: Contact, other_side: OtherSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.services.delivery.TURN_SECONDS", 0.0)
    now = clock.now()
    Delivery.objects.bulk_create(
        Delivery(contact=by_gateway, created_at=now, due_at=now) for _ in range(BATCH + 5)
    )
    assert [deliveries_send(), deliveries_send(), deliveries_send()] == [BATCH, 5, 0]
    assert len(other_side.got) == BATCH + 5


def test_what_nobody_needs_any_more_is_withdrawn(
    world: SimpleNamespace, escalate: Callable[..., Incident], by_gateway: Contact, other_side: OtherSide
) -> None:
    first, second = escalate(), escalate()
    escalation_take_over(actor=world.watch, number=first.number)
    notice_see(actor=world.east_commander, number=second.number)
    assert deliveries_send() == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.WITHDRAWN}
    assert other_side.got == []


@pytest.mark.parametrize("stage", [Stage.NOT_DEPARTED, ""])
def test_an_incident_that_moves_on_under_the_couriers_hands_is_told_no_more(
    escalate: Callable[..., Incident],
    by_gateway: Contact,
    other_side: OtherSide,
    caplog: pytest.LogCaptureFixture,
    stage: str,
) -> None:
    incident = escalate()
    # As the courier reads it when its claim came just before: the row has moved on, the escalation is not yet ended.
    moved = {
        "stage": stage,
        "stage_since": clock.now() if stage else None,
        "generation": incident.generation + 1,
    }
    Incident.objects.filter(pk=incident.pk).update(**moved)
    deliveries_send()
    assert (only().state, only().error, other_side.got) == (State.QUEUED, "Ended", [])
    assert not caplog.records


def test_retired_contacts_and_closed_gateways_get_nothing(
    world: SimpleNamespace, escalate: Callable[..., Incident], by_gateway: Contact, gateway: Gateway
) -> None:
    Contact.objects.create(person=world.east_commander, channel="email", address="sun@boshan.example")
    Gateway.objects.update(active=False)
    escalate()
    assert Notice.objects.filter(recipient=world.east_commander).exists()
    assert not Delivery.objects.exists()  # no mail server either
