"""How one is reached: the page, the API beside it, the link in a message, the script of the service worker."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.api.output import ToldOutput
from dispatch.models import Delivery, Incident, Timer
from dispatch.services.timer import timers_sweep
from grid.models import Contact, Gateway
from tests.dispatch.api.conftest import assert_shape

ENGLISH = {"Accept-Language": "en"}
SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "p256dh": "BPk",
    "auth": "c2Vj",
    "label": "Chrome",
}


@pytest.fixture
def contact(world: SimpleNamespace) -> Contact:
    gateway = Gateway.objects.create(
        name="SMS", url="http://sms.intranet/send", secret="whsec_" + "c" * 43 + "="
    )
    return Contact.objects.create(
        person=world.east_commander, channel="webhook", gateway=gateway, address="13900000001"
    )


@pytest.fixture
def push(settings: Any) -> None:
    key = Vapid02()
    key.generate_keys()
    number = key.private_key.private_numbers().private_value
    settings.PUSH_ENABLED, settings.PUSH_KEY = True, b64urlencode(number.to_bytes(32, "big"))


def test_the_page_shows_channels_and_the_last_message(
    world: SimpleNamespace, client: Any, contact: Contact
) -> None:
    client.force_login(world.east_commander)
    Delivery.objects.create(
        contact=contact, state="failed", created_at=clock.now(), failed_at=clock.now(), error="HTTP 500"
    )
    page = client.get("/contacts/", headers=ENGLISH).content.decode()
    assert "139…01" in page
    assert "13900000001" not in page
    assert "HTTP 500" in page
    assert "switched off in this installation" in page


def test_a_trial_from_the_page(world: SimpleNamespace, client: Any, contact: Contact) -> None:
    client.force_login(world.east_commander)
    for said in ("on its way", "Wait ten seconds"):
        page = client.post("/contacts/", {"contact": contact.pk, "act": "try"}, follow=True, headers=ENGLISH)
        assert said in page.content.decode()
    assert Delivery.objects.get().notice is None
    for nonsense in ("", "９9x", "999999999999"):
        page = client.post("/contacts/", {"contact": nonsense, "act": "try"}, follow=True, headers=ENGLISH)
        assert "not one of your contacts" in page.content.decode()


@pytest.mark.usefixtures("push")
def test_a_browser_is_added_shown_and_retired(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.watch)
    for _ in range(2):  # a repeat renews it
        answer = client.post("/api/contacts/browsers/", SUBSCRIPTION, content_type="application/json")
        assert answer.status_code == 204
    browser = Contact.objects.get()
    assert (browser.person, browser.keys) == (world.watch, {"p256dh": "BPk", "auth": "c2Vj"})
    page = client.get("/contacts/", headers=ENGLISH).content.decode()
    assert 'data-push-key="B' in page
    assert "fcm.googleapis" not in page
    client.force_login(world.dispatcher)
    assert client.delete(f"/api/contacts/browsers/{browser.pk}/").status_code == 404
    client.force_login(world.watch)
    assert client.delete(f"/api/contacts/browsers/{browser.pk}/").status_code == 204
    assert not Contact.objects.get().active
    assert list(AuditEntry.objects.filter(code__startswith="contact.").values_list("code", flat=True)) == [
        "contact.added", "contact.added", "contact.retired"
    ]  # fmt: skip


@pytest.mark.usefixtures("push")
def test_who_used_a_browser_before_is_no_longer_reached_there(world: SimpleNamespace, client: Any) -> None:
    for person in (world.watch, world.dispatcher):
        client.force_login(person)
        client.post("/api/contacts/browsers/", SUBSCRIPTION, content_type="application/json")
    assert Contact.objects.get(active=True).person == world.dispatcher
    former = Contact.objects.get(active=False)
    assert former.person == world.watch
    assert AuditEntry.objects.get(code="contact.retired").target == f"contact {former.pk}"


@pytest.mark.usefixtures("push")
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1:6379/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/",
        "https://fcm.googleapis.com:22/",
        "https://[::1",
        "https://a:99999/",
        "file:///etc/passwd",
    ],
)
def test_the_server_can_t_be_made_to_call_others(world: SimpleNamespace, client: Any, endpoint: str) -> None:
    client.force_login(world.watch)
    body = {**SUBSCRIPTION, "endpoint": endpoint}
    answer = client.post("/api/contacts/browsers/", body, content_type="application/json", headers=ENGLISH)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "endpoint")
    assert not Contact.objects.exists()


def test_push_is_off_unless_the_bureau_wants_it(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.watch)
    answer = client.post("/api/contacts/browsers/", SUBSCRIPTION, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "push_off")


def test_the_link_of_a_message_leads_to_its_incident(
    world: SimpleNamespace, client: Any, contact: Contact, file: Callable[..., Incident]
) -> None:
    incident = file()
    Timer.objects.update(due_at=clock.now())
    timers_sweep()
    key = Delivery.objects.get().key
    client.force_login(world.dispatcher)
    assert client.get(f"/notices/{key}/").status_code == 404
    client.force_login(world.east_commander)
    assert client.get(f"/notices/{key}/").headers["Location"] == f"/incidents/{incident.number}/"
    page = client.get(f"/incidents/{incident.number}/", headers=ENGLISH).content.decode()
    assert "Who was told" in page
    assert "Gateway: Read" in page


def test_who_was_told_by_the_api(
    api: Any, world: SimpleNamespace, contact: Contact, file: Callable[..., Incident]
) -> None:
    incident = file()
    Timer.objects.update(due_at=clock.now())
    timers_sweep()
    path = f"incidents/{incident.number}/"
    answer = api(world.east_officer).read(f"{path}told/").json()
    assert_shape(answer["results"], ToldOutput(many=True))
    assert [row["channel"] for row in answer["results"]] == ["screen", "webhook"]
    assert api(world.south_commander).read(f"{path}told/").status_code == 404
    assert api(world.east_commander).send(f"{path}shown/").json() == {"seen": 1}
    body = {"minutes": "１０", "reason": "On the phone"}  # full-width digits are read
    detail = api(world.east_commander).send(f"{path}snooze/", body).json()
    assert detail["escalation"]["snoozed_until"] is not None
    assert api(world.east_officer).send(f"{path}snooze/", body).status_code == 403


def test_a_gateway_s_receipt_needs_its_signature(client: Any, contact: Contact) -> None:
    delivery = Delivery.objects.create(contact=contact, state="sent", created_at=clock.now())
    path = f"/api/deliveries/{delivery.key}/receipt/"
    answer = client.post(path, {"state": "delivered"}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_signature")
    assert client.post(path, {"state": "eaten"}, content_type="application/json").status_code == 400


def test_the_service_worker_speaks_for_the_whole_portal(client: Any) -> None:
    answer = client.get("/push_worker.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert b"showNotification" in b"".join(answer.streaming_content)
