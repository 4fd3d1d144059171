"""POST …/claim/: one winner, everybody else is told who."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from boshan_police.kernel.access import Role
from dispatch.api.output import AssignmentOutput
from dispatch.models import Assignment, TimelineEntry
from dispatch.services.incident import incident_cancel
from grid.models import User
from tests.world import EAST, IN_SOUTH

from .conftest import assert_shape


def test_an_officer_claims_in_person(api, world, file):
    incident = file()
    response = api(world.east_officer).send(f"incidents/{incident.number}/claim/")
    assert response.status_code == 201
    row = response.json()
    assert_shape(row, AssignmentOutput)
    assert (row["label"], row["unit"], row["step"], row["claimed"]) == ("李青", None, "accepted", True)
    assert row["can"]["depart"] is True


@pytest.mark.parametrize("name", ["id", "call_sign"])
def test_a_claim_with_a_unit_by_id_or_call_sign(api, world, file, name):
    incident = file()
    unit = world.east_car.pk if name == "id" else "城东01"
    row = api(world.east_officer).send(f"incidents/{incident.number}/claim/", {"unit": unit}).json()
    assert (row["unit"], row["label"]) == (world.east_car.pk, "城东01")
    world.east_car.refresh_from_db()
    assert world.east_car.status == "assigned"


def test_a_waiting_order_is_accepted_instead_of_a_second_one(api, world, file, send):
    incident = file()
    order = send(incident)
    row = api(world.east_officer).send(f"incidents/{incident.number}/claim/").json()
    assert (row["id"], row["step"]) == (order.pk, "accepted")
    assert Assignment.objects.count() == 1


def test_the_second_claim_is_told_who_won_and_when(api, world, file):
    incident = file()
    api(world.east_officer).send(f"incidents/{incident.number}/claim/")
    response = api(world.east_officer_2).send(f"incidents/{incident.number}/claim/")
    assert response.status_code == 409
    error = response.json()["error"]
    assert (error["code"], error["details"]["by"]) == ("already_claimed", "李青")
    won = Assignment.objects.get().accepted_at
    assert error["details"]["at"].startswith(f"{won:%Y-%m-%dT%H:%M:%S}")
    assert "李青 accepted at" in error["message"]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("dispatcher", 403, "not_allowed"),
        ("guard", 403, "not_allowed"),
        ("east_grid", 403, "not_allowed"),
        ("south_officer", 404, "not_found"),
    ],
)
def test_wrong_role_and_wrong_scope(api, world, file, who, status, code):
    incident = file()
    response = api(getattr(world, who)).send(f"incidents/{incident.number}/claim/")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert not Assignment.objects.exists()


def test_somebody_elses_unit_is_refused_by_name(api, world, file):
    incident = file()
    for unit in (world.south_car, world.squadron):
        response = api(world.east_commander).send(f"incidents/{incident.number}/claim/", {"unit": unit.pk})
        assert response.status_code == 403
        error = response.json()["error"]
        assert (error["code"], error["field"]) == ("other_unit", "unit")
        assert unit.call_sign in error["message"]


@pytest.mark.parametrize("unit", ["", "城东99", 0, -1, 10**30, True, [1], "x" * 31, "a\x00"])
def test_unknown_units(api, world, file, unit):
    incident = file()
    response = api(world.east_officer).send(f"incidents/{incident.number}/claim/", {"unit": unit})
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "unit"


def test_an_ended_incident_cannot_be_claimed(api, world, file):
    incident = file()
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="Called off")
    response = api(world.east_officer).send(f"incidents/{incident.number}/claim/")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "wrong_state")


def test_a_busy_unit_says_where_it_is(api, world, file, send):
    busy = file(**IN_SOUTH)
    send(busy)
    incident = file()
    response = api(world.east_officer).send(f"incidents/{incident.number}/claim/", {"unit": "城东01"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]["number"]) == (
        409,
        "unit_taken",
        busy.number,
    )


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_one_winner(api, world, file):
    incident = file()
    officers = [
        User.objects.create(
            username=f"officer{i}", name=f"民警{i}", role=Role.STATION_OFFICER, organisation_id=EAST
        )
        for i in range(50)
    ]
    clients = [api(officer) for officer in officers]
    barrier = Barrier(10)

    def claim(client):
        try:
            barrier.wait(timeout=30)
            return client.send(f"incidents/{incident.number}/claim/")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:  # ten connections at a time, each claim in the crowd of nine others
        answers = list(pool.map(claim, clients))

    winners = [answer for answer in answers if answer.status_code == 201]
    losers = [answer for answer in answers if answer.status_code == 409]
    assert (len(winners), len(losers)) == (1, 49)
    name = winners[0].json()["label"]
    for answer in losers:
        error = answer.json()["error"]
        assert (error["code"], error["details"]["by"]) == ("already_claimed", name)
    assert Assignment.objects.count() == 1
    assert list(TimelineEntry.objects.values_list("version", "code")) == [
        (1, "incident.filed"),
        (2, "incident.claimed"),
    ]
