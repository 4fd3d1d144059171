"""The OsmAnd protocol: as parameters, as a form and as the newer client's JSON, with a token per device."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from patrol.models import Device, TrackPoint, Unit
from patrol.services.device import device_token_issue
from tests.factories import DeviceFactory


@pytest.fixture
def device(world: SimpleNamespace) -> Device:
    return DeviceFactory(unit=world.east_car, identifier="314159")


@pytest.fixture
def token(device: Device, world: SimpleNamespace) -> str:
    return device_token_issue(actor=world.admin, device=device)


@pytest.fixture
def phone() -> Client:
    return Client(enforce_csrf_checks=True)


def _point(token: str, /, **change: Any) -> dict[str, Any]:
    stamp = int(clock.now().timestamp())
    point = {"id": "314159", "token": token, "lat": "36.501", "lon": "117.881", "timestamp": stamp}
    return {**point, **change}


def _body(**coordinates: Any) -> dict[str, Any]:
    place = {
        "latitude": 36.501,
        "longitude": 117.881,
        "speed": 10,
        "heading": -1,
        "accuracy": 6.5,
        **coordinates,
    }
    stamp = clock.now().isoformat().replace("+00:00", "Z")
    return {
        "device_id": "314159",
        "location": {"timestamp": stamp, "coords": place, "battery": {"level": 0.8}},
    }


def test_parameters_in_the_address(phone: Client, world: SimpleNamespace, token: str) -> None:
    given = _point(token, speed="20", bearing="90", accuracy="8", altitude="200", batt="87", hdop="1")
    answer = phone.get("/osmand/", given)
    assert (answer.status_code, answer.json()) == (200, {"outcomes": ["taken"]})
    unit = Unit.objects.get(pk=world.east_car.pk)
    assert (unit.lat, unit.lon) == (36.501, 117.881)
    point = TrackPoint.objects.get()
    assert (point.speed, point.heading, point.accuracy) == (pytest.approx(37.04), 90.0, 8.0)


def test_a_post_with_parameters_in_the_address_or_as_a_form(phone: Client, token: str) -> None:
    given = _point(token)
    address = "&".join(f"{key}={value}" for key, value in given.items())
    assert phone.post(f"/osmand/?{address}").json() == {"outcomes": ["taken"]}
    assert phone.post("/osmand/", given).json() == {"outcomes": ["duplicate"]}


@pytest.mark.parametrize("where", ["address", "header"])
def test_the_newer_client(phone: Client, token: str, where: str) -> None:
    query = f"?token={token}" if where == "address" else ""
    headers = {"Authorization": f"Bearer {token}"} if where == "header" else {}
    answer = phone.post(f"/osmand/{query}", _body(), content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"outcomes": ["taken"]})
    point = TrackPoint.objects.get()
    assert (point.speed, point.heading, point.accuracy) == (36.0, None, 6.5)


def test_the_newer_client_may_send_what_it_kept(phone: Client, token: str) -> None:
    body, now = _body(), clock.now()
    body["location"] = [
        {**body["location"], "timestamp": (now - timedelta(seconds=after)).isoformat()} for after in (2, 1, 0)
    ]
    answer = phone.post(f"/osmand/?token={token}", body, content_type="application/json")
    assert answer.json() == {"outcomes": ["taken"] * 3}


@pytest.mark.parametrize(
    "stamp", ["{:.0f}", "{}", "{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%d %H:%M:%S}"], ids=["s", "ms", "iso", "utc"]
)
def test_each_way_to_write_a_time(phone: Client, token: str, stamp: str) -> None:
    now = clock.now().replace(microsecond=0)
    value = {"{:.0f}": now.timestamp(), "{}": int(now.timestamp() * 1000)}.get(stamp, now)
    assert phone.get("/osmand/", _point(token, timestamp=stamp.format(value))).status_code == 200
    assert TrackPoint.objects.get().at == now


def test_what_the_rules_drop_is_not_sent_again(phone: Client, token: str) -> None:
    ahead = int(clock.now().timestamp()) + 3600
    answer = phone.get("/osmand/", _point(token, timestamp=ahead))
    assert (answer.status_code, answer.json()) == (200, {"outcomes": ["future"]})


@pytest.mark.parametrize("change", [{"token": "wrong"}, {"token": ""}, {"id": "271828"}])
def test_wrong_token_and_unknown_device_are_told_alike(
    phone: Client, token: str, change: dict[str, str]
) -> None:
    answer = phone.get("/osmand/", _point(token, **change))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "device_refused")
    assert not TrackPoint.objects.exists()
    entry = AuditEntry.objects.get(code="access.refused")
    assert token not in f"{entry.target}{entry.details}"


def test_a_device_speaks_for_itself_only(phone: Client, world: SimpleNamespace, token: str) -> None:
    other = DeviceFactory(unit=world.south_car, identifier="271828")
    device_token_issue(actor=world.admin, device=other)
    assert phone.get("/osmand/", _point(token, id="271828")).status_code == 401


def test_a_device_without_a_token_or_set_inactive_has_no_voice(
    phone: Client, world: SimpleNamespace, token: str
) -> None:
    DeviceFactory(unit=world.south_car, identifier="271828")
    assert phone.get("/osmand/", _point("", id="271828")).status_code == 401
    Device.objects.update(active=False)
    assert phone.get("/osmand/", _point(token)).status_code == 401


def test_a_new_token_ends_the_old_one(
    phone: Client, device: Device, world: SimpleNamespace, token: str
) -> None:
    fresh = device_token_issue(actor=world.admin, device=device)
    assert phone.get("/osmand/", _point(token)).status_code == 401
    assert phone.get("/osmand/", _point(fresh)).status_code == 200
    device.refresh_from_db()
    assert fresh not in device.token_digest


@pytest.mark.parametrize(
    "change", [{"lat": "north"}, {"lat": "nan"}, {"lon": "181"}, {"timestamp": ""}, {"timestamp": "9" * 400}, {"id": ""}]
)  # fmt: skip
def test_what_cannot_be_read_is_refused(phone: Client, token: str, change: dict[str, str]) -> None:
    answer = phone.get("/osmand/", _point(token, **change))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unreadable")


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"device_id": "314159"}', '{"device_id": "314159", "location": [1]}']
)
def test_nor_is_such_a_body(phone: Client, token: str, body: str) -> None:
    answer = phone.post(f"/osmand/?token={token}", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unreadable")
