"""POST …/assignments/: sending units, all or none."""

import pytest

from dispatch.api.output import AssignmentOutput
from dispatch.models import Assignment
from dispatch.services.incident import incident_cancel
from patrol.models import Unit
from tests.world import IN_SOUTH

from .conftest import assert_shape


def _path(incident):
    return f"incidents/{incident.number}/assignments/"


@pytest.mark.parametrize("named", ["ids", "call_signs", "one"])
def test_units_by_id_call_sign_or_one_alone(api, world, file, named):
    incident = file()
    body = {
        "ids": {"units": [world.east_car.pk, world.squadron.pk]},
        "call_signs": {"units": ["城东01", "城东中队"]},
        "one": {"units": ["城东中队"], "unit": world.east_car.pk},
    }[named]
    response = api(world.dispatcher).send(_path(incident), body)
    assert response.status_code == 201
    rows = response.json()["results"]
    for row in rows:
        assert_shape(row, AssignmentOutput)
    assert {row["label"] for row in rows} == {"城东01", "城东中队"}
    assert {row["step"] for row in rows} == {"dispatched"}


def test_all_or_none(api, world, file, send):
    busy = file(**IN_SOUTH)
    send(busy, unit=world.east_car_2)
    incident = file()
    response = api(world.dispatcher).send(_path(incident), {"units": ["城东01", "城东02"]})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "unit_taken")
    assert error["details"] == {
        "unit": world.east_car_2.pk,
        "call_sign": "城东02",
        "number": busy.number,
        "by": "王知远",
    }
    assert not incident.assignments.exists()
    world.east_car.refresh_from_db()
    assert world.east_car.status == Unit.Status.FREE


def test_the_same_unit_twice_is_sent_once_and_a_repeat_is_a_conflict(api, world, file):
    incident = file()
    client = api(world.dispatcher)
    assert client.send(_path(incident), {"units": ["城东01", world.east_car.pk]}).status_code == 201
    assert Assignment.objects.count() == 1
    assert client.send(_path(incident), {"unit": "城东01"}).status_code == 409


def test_nobody_is_in_a_unit_off_duty(api, world, file):
    Unit.objects.update(status=Unit.Status.OFF_DUTY)
    response = api(world.dispatcher).send(_path(file()), {"unit": "城东01"})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "unit_off_duty")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "units"),
        ({"units": []}, "units"),
        ({"units": "城东01"}, "units"),
        ({"units": ["nobody"]}, "units"),
        ({"units": [10**12]}, "units"),
        ({"units": [1.5]}, "units.0"),
        ({"units": [None]}, "units.0"),
        ({"units": ["城东01", {"id": 1}]}, "units.1"),
        ({"units": list(range(1, 60))}, "units"),
    ],
)
def test_bad_units(api, world, file, body, field):
    response = api(world.dispatcher).send(_path(file()), body)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == field


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("watch", 201, None),
        ("east_commander", 201, None),
        ("east_officer", 403, "not_allowed"),
        ("guard", 403, "not_allowed"),
        ("admin", 403, "not_allowed"),
        ("south_commander", 404, "not_found"),
    ],
)
def test_who_may_send(api, world, file, who, status, code):
    response = api(getattr(world, who)).send(_path(file()), {"unit": "城东01"})
    assert response.status_code == status
    if code:
        assert response.json()["error"]["code"] == code


def test_a_station_sends_its_own_and_the_guards_on_its_ground(api, world, file):
    client = api(world.east_commander)
    assert client.send(_path(file()), {"units": ["城东01", "城东中队"]}).status_code == 201
    refused = client.send(_path(file()), {"unit": "山头01"})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["field"]) == (403, "other_unit", "units")


def test_an_ended_incident_takes_no_units(api, world, file):
    incident = file()
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="Called off")
    response = api(world.dispatcher).send(_path(incident), {"unit": "城东01"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]["status"]) == (
        409,
        "wrong_state",
        "cancelled",
    )
