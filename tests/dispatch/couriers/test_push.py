"""To a closed browser, through its push service."""

import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.utils import b64urlencode

from dispatch.models import Delivery, Incident
from dispatch.services.delivery import deliveries_send
from grid.models import Contact
from tests.dispatch.other_side import OtherSide, only

State = Delivery.State


@pytest.fixture
def browser(world: SimpleNamespace, other_side: OtherSide, settings: Any) -> SimpleNamespace:
    """A closed browser of the East's commander, behind a push service on loopback."""
    settings.PUSH_ENABLED, settings.PUSH_HOSTS = True, [other_side.origin]
    key = ec.generate_private_key(ec.SECP256R1())
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    settings.PUSH_KEY = b64urlencode(number.to_bytes(32, "big"))
    auth = os.urandom(16)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    contact = Contact.objects.create(
        person=world.east_commander,
        channel="push",
        address=f"{other_side.origin}/push/1",
        keys={"p256dh": b64urlencode(public), "auth": b64urlencode(auth)},
    )
    return SimpleNamespace(contact=contact, key=key, auth=auth)


def test_a_push_can_be_read_by_its_browser_alone(
    escalate: Callable[..., Incident], browser: SimpleNamespace, other_side: OtherSide
) -> None:
    incident = escalate()
    deliveries_send()
    (got,) = other_side.got
    assert only().state == State.SENT
    assert incident.short_number.encode() not in got.body
    assert got.headers["Authorization"].startswith("vapid t=")
    message = json.loads(http_ece.decrypt(got.body, private_key=browser.key, auth_secret=browser.auth))
    assert message["key"] == str(only().key)
    assert incident.short_number in message["title"]


def test_a_browser_that_is_gone_is_retired(
    escalate: Callable[..., Incident], browser: SimpleNamespace, other_side: OtherSide
) -> None:
    other_side.status = 410
    escalate()
    deliveries_send()
    browser.contact.refresh_from_db()
    assert (only().state, browser.contact.active) == (State.FAILED, False)
