"""Messages that reached nobody: who may send them again, when, and where to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Delivery, Incident, Notice
from dispatch.selectors.undelivered import undelivered
from dispatch.services.escalation import escalation_take_over
from dispatch.services.redelivery import delivery_redirect, delivery_retry
from dispatch.services.timer import timers_sweep
from grid.models import Contact, Gateway

State = Delivery.State


@pytest.fixture
def gateway(world: SimpleNamespace) -> Gateway:
    return Gateway.objects.create(name="SMS", url="http://127.0.0.1:9/", secret="whsec_AAAA")


@pytest.fixture
def failed(
    world: SimpleNamespace,
    gateway: Gateway,
    file: Callable[..., Incident],
    clock_at: Callable[[datetime], datetime],
) -> Delivery:
    """The East's commander was told of an escalation by the gateway, in vain."""
    Contact.objects.create(
        person=world.east_commander, channel="webhook", gateway=gateway, address="13900000001"
    )
    incident = file()
    clock_at(incident.limit_at)
    timers_sweep()
    delivery = Delivery.objects.get()
    Delivery.objects.update(
        state=State.FAILED, attempts=5, due_at=None, failed_at=clock.now(), error="HTTP 500"
    )
    delivery.refresh_from_db()
    return delivery


@pytest.fixture
def other(world: SimpleNamespace, failed: Delivery, gateway: Gateway) -> Contact:
    return Contact.objects.create(
        person=world.east_commander, channel="webhook", gateway=gateway, address="13900000002"
    )


def test_a_failed_message_is_listed_with_what_can_be_done(
    failed: Delivery, other: Contact, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        (row,) = undelivered()
    assert (row.delivery, row.wanted, row.failed, row.others) == (failed, True, True, [other])


def test_what_is_on_its_way_is_not_listed_until_it_waits_too_long(
    world: SimpleNamespace, failed: Delivery, clock_at: Callable[[datetime], datetime]
) -> None:
    delivery_retry(actor=world.watch, key=failed.key)
    assert undelivered() == []
    clock_at(clock.now() + timedelta(seconds=41))
    assert [row.failed for row in undelivered()] == [False]


def test_what_is_still_wanted_is_listed_however_much_came_later(
    world: SimpleNamespace, failed: Delivery, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.selectors.undelivered.MOST", 2)
    first = failed.notice
    assert first
    later = Notice.objects.bulk_create(
        Notice(
            timer=first.timer, escalation=first.escalation, recipient=person,
            created_at=first.created_at, seen_at=clock.now(),
        )
        for person in (world.watch, world.dispatcher)
    )  # fmt: skip
    for notice in later:
        Delivery.objects.create(
            notice=notice, contact=failed.contact, state=State.FAILED,
            created_at=clock.now() + timedelta(seconds=1), failed_at=clock.now(),
        )  # fmt: skip
    assert [(row.delivery == failed, row.wanted) for row in undelivered()] == [(True, True), (False, False)]


def test_what_arrived_or_is_on_its_way_takes_no_other_way(
    world: SimpleNamespace, failed: Delivery, other: Contact, clock_at: Callable[[datetime], datetime]
) -> None:
    for state in (State.SENT, State.DELIVERED, State.QUEUED):
        Delivery.objects.update(state=state, due_at=clock.now())
        with pytest.raises(Conflict) as refused:
            delivery_redirect(actor=world.watch, key=failed.key, contact=other.pk)
        assert refused.value.code == "not_failed"
    clock_at(clock.now() + timedelta(seconds=41))  # nobody carries it
    assert delivery_redirect(actor=world.watch, key=failed.key, contact=other.pk).contact == other


def test_old_failures_leave_the_list(failed: Delivery, clock_at: Callable[[datetime], datetime]) -> None:
    clock_at(clock.now() + timedelta(hours=24, seconds=1))
    assert undelivered() == []


def test_sending_again_gives_it_all_its_attempts_and_is_audited(
    world: SimpleNamespace, failed: Delivery
) -> None:
    again = delivery_retry(actor=world.watch, key=failed.key)
    again.refresh_from_db()
    assert (again.state, again.attempts, again.error, again.failed_at) == (State.QUEUED, 0, "", None)
    assert again.due_at == clock.now()
    entry = AuditEntry.objects.get(code="delivery.retried")
    assert (entry.actor, entry.details["delivery"]) == (world.watch, str(failed.key))
    with pytest.raises(Conflict) as refused:  # a double click
        delivery_retry(actor=world.watch, key=failed.key)
    assert refused.value.code == "not_failed"


def test_another_way_is_a_message_of_its_own_once(
    world: SimpleNamespace, failed: Delivery, other: Contact
) -> None:
    new = delivery_redirect(actor=world.admin, key=failed.key, contact=other.pk)
    assert (new.contact, new.notice, new.state) == (other, failed.notice, State.QUEUED)
    assert delivery_redirect(actor=world.admin, key=failed.key, contact=other.pk) == new
    assert Delivery.objects.count() == 2
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_another_persons_address_is_refused(
    world: SimpleNamespace, failed: Delivery, gateway: Gateway
) -> None:
    strange = Contact.objects.create(
        person=world.south_commander, channel="webhook", gateway=gateway, address="13900000003"
    )
    with pytest.raises(Invalid) as refused:
        delivery_redirect(actor=world.watch, key=failed.key, contact=strange.pk)
    assert refused.value.field == "contact"


def test_a_closed_channel_is_not_tried(world: SimpleNamespace, failed: Delivery, gateway: Gateway) -> None:
    gateway.active = False
    gateway.save()
    with pytest.raises(Conflict) as refused:
        delivery_retry(actor=world.watch, key=failed.key)
    assert refused.value.code == "contact_closed"


def test_what_somebody_took_over_is_not_sent_again(world: SimpleNamespace, failed: Delivery) -> None:
    assert failed.notice
    escalation_take_over(actor=world.watch, number=failed.notice.timer.incident.number)
    assert [row.wanted for row in undelivered()] == [False]
    with pytest.raises(Conflict) as refused:
        delivery_retry(actor=world.watch, key=failed.key)
    assert refused.value.code == "no_longer_needed"


@pytest.mark.parametrize("who", ["dispatcher", "east_commander", "guard"])
def test_others_may_not(world: SimpleNamespace, failed: Delivery, client: Client, who: str) -> None:
    actor = getattr(world, who)
    with pytest.raises(Refused):
        delivery_retry(actor=actor, key=failed.key)
    client.force_login(actor, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/deliveries/").status_code == 403


def test_unknown_messages_and_trials_are_not_found(world: SimpleNamespace, failed: Delivery) -> None:
    with pytest.raises(NotFound):
        delivery_retry(actor=world.watch, key=uuid4())
    Delivery.objects.update(notice=None)
    assert undelivered() == []
    with pytest.raises(NotFound):
        delivery_retry(actor=world.watch, key=failed.key)


def test_the_page_sends_again_and_survives_nonsense(
    world: SimpleNamespace, failed: Delivery, other: Contact, client: Client
) -> None:
    client.force_login(world.watch, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/deliveries/").content.decode()
    for words in ("孙立", "HTTP 500", "SMS", other.shown_address):
        assert words in page
    for given in (
        {"delivery": "x" * 10_000, "act": "retry"},
        {"delivery": str(failed.key), "act": "redirect", "contact": "١🙂\x00"},
        {"delivery": str(failed.key), "act": "redirect"},
        {},
    ):
        assert client.post("/deliveries/", given).status_code == 302
    assert Delivery.objects.get(pk=failed.pk).state == State.FAILED
    client.post("/deliveries/", {"delivery": str(failed.key), "act": "redirect", "contact": other.pk})
    assert Delivery.objects.get(contact=other).state == State.QUEUED
    client.post("/deliveries/", {"delivery": str(failed.key), "act": "retry"})
    assert Delivery.objects.get(pk=failed.pk).state == State.QUEUED
