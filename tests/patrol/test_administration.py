"""Devices in the administration: the token is shown once, the counters go on while a form is open."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from boshan_police.kernel.models import AuditEntry
from patrol.models import Device, UnknownDevice
from patrol.selectors.device import reporter_presenting
from tests.factories import DeviceFactory


@pytest.fixture
def office(world: SimpleNamespace) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.admin, "django.contrib.auth.backends.ModelBackend")
    return client


def _form(world: SimpleNamespace, **change: object) -> dict[str, object]:
    return {"identifier": "314159", "unit": world.east_car.pk, "system": "gcj02", "active": "on", **change}


def _shown_token(page: str) -> str:
    found = re.search(r"Token of 314159: ([\w-]{24})\.", page)
    assert found, page
    return found[1]


def test_a_new_device_shows_its_token_once(office: Client, world: SimpleNamespace) -> None:
    page = office.post("/admin/patrol/device/add/", _form(world), follow=True).content.decode()
    token = _shown_token(page)
    assert f"/osmand/?token={token}" in page
    assert reporter_presenting("314159", token) is not None
    assert token not in office.get("/admin/patrol/device/").content.decode()
    codes = AuditEntry.objects.order_by("id").values_list("code", flat=True)
    assert {"configuration.added", "device.token_issued"} <= set(codes)
    assert not any(token in str(entry.details) for entry in AuditEntry.objects.all())


def test_a_new_token_is_an_act_of_its_own(office: Client, world: SimpleNamespace) -> None:
    device = DeviceFactory(identifier="314159", unit=world.east_car)
    act = {"action": "issue_tokens", "_selected_action": [device.pk]}
    page = office.post("/admin/patrol/device/", act, follow=True).content.decode()
    assert reporter_presenting("314159", _shown_token(page)) is not None


def test_a_change_leaves_the_counters_alone(office: Client, world: SimpleNamespace) -> None:
    device = DeviceFactory(identifier="314159", unit=world.east_car, token_digest="kept")
    Device.objects.update(taken=7)
    office.post(f"/admin/patrol/device/{device.pk}/change/", _form(world, active=""))
    device.refresh_from_db()
    assert (device.system, device.active, device.taken, device.token_digest) == ("gcj02", False, 7, "kept")


def test_unknown_devices_are_listed_until_one_is_entered(office: Client, world: SimpleNamespace) -> None:
    at = world.east_car.updated_at
    UnknownDevice.objects.create(identifier="314159", points=3, first_seen=at, last_seen=at)
    assert "314159" in office.get("/admin/patrol/unknowndevice/").content.decode()
    office.post("/admin/patrol/device/add/", _form(world))
    assert not UnknownDevice.objects.exists()


def test_only_administrators(world: SimpleNamespace) -> None:
    client = Client()
    client.force_login(world.watch, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/patrol/device/").status_code in {302, 403}
