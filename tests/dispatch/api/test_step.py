"""POST …/assignments/{id}/{accept|depart|arrive|report|release}/: the crew's steps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from boshan_police.kernel import clock
from dispatch.api.output import StepOutput
from dispatch.models import TimelineEntry

from .conftest import assert_shape


def _path(order, verb):
    return f"incidents/{order.incident.number}/assignments/{order.pk}/{verb}/"


def test_the_whole_way_by_the_crew(api, world, file, send):
    order = send(file())
    client = api(world.east_officer)
    for verb, step in [
        ("accept", "accepted"),
        ("depart", "en_route"),
        ("arrive", "on_scene"),
        ("report", "reported"),
    ]:
        response = client.send(_path(order, verb), {"outcome": "Settled"} if verb == "report" else None)
        assert response.status_code == 200
        body = response.json()
        assert_shape(body, StepOutput)
        assert (body["changed"], body["assignment"]["step"]) == (True, step)
    detail = client.read(f"incidents/{order.incident.number}/").json()
    assert (detail["status"], detail["assignments"][0]["outcome"]) == ("reported_back", "Settled")


def test_a_repeat_changes_nothing_and_says_so(api, world, file, send):
    order = send(file(), "accept")
    client = api(world.east_officer)
    before = TimelineEntry.objects.count()
    for verb in ("accept", "accept"):
        response = client.send(_path(order, verb))
        assert (response.status_code, response.json()["changed"]) == (200, False)
    assert TimelineEntry.objects.count() == before


def test_a_step_out_of_order_is_a_conflict(api, world, file, send):
    order = send(file())
    response = api(world.east_officer).send(_path(order, "arrive"))
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]["step"]) == (
        409,
        "wrong_step",
        "dispatched",
    )


def test_a_step_kept_offline_counts_from_its_own_time(api, world, file, send):
    order = send(file(), "accept")
    order.accepted_at = order.dispatched_at = clock.now() - timedelta(minutes=10)
    order.save()
    at = clock.now() - timedelta(minutes=4)
    body = api(world.east_officer).send(_path(order, "depart"), {"at": at.isoformat()}).json()
    assert body["assignment"]["times"]["departed_at"] == at.isoformat().replace("+00:00", "Z")
    assert TimelineEntry.objects.get(code="unit.departed").at == at


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"at": "10:00"}, "at"),
        ({"at": "2026-11-23T10:00:00"}, "at"),
        ({"at": "2199-01-01T00:00:00Z"}, "at"),
        ({"at": "2001-01-01T00:00:00Z"}, "at"),
        ({"outcome": "x" * 201}, "outcome"),
        ({"outcome": "a\x07"}, "outcome"),
        ({"outcome": ["Settled"]}, "outcome"),
    ],
)
def test_bad_input(api, world, file, send, body, field):
    order = send(file(), "accept")
    response = api(world.east_officer).send(_path(order, "depart"), body)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == field


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("dispatcher", 200, None),
        ("east_commander", 200, None),
        ("east_grid", 403, "not_allowed"),
        ("admin", 403, "not_allowed"),
        ("south_officer", 404, "not_found"),
        ("guard", 404, "not_found"),
    ],
)
def test_who_may_report_a_cars_steps(api, world, file, send, who, status, code):
    response = api(getattr(world, who)).send(_path(send(file()), "accept"))
    assert response.status_code == status
    if code:
        assert response.json()["error"]["code"] == code


def test_other_peoples_crews_are_refused_by_name(api, world, file, send):
    order = send(file(), unit=world.squadron)
    refused = api(world.east_officer).send(_path(order, "accept"))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (403, "other_crew")
    assert "城东中队" in error["message"]
    assert api(world.guard).send(_path(order, "accept")).status_code == 200
    assert api(world.east_commander).send(_path(order, "depart")).status_code == 200


def test_an_officer_in_person_speaks_for_himself(api, world, file):
    incident = file()
    order = api(world.east_officer).send(f"incidents/{incident.number}/claim/").json()
    path = f"incidents/{incident.number}/assignments/{order['id']}/depart/"
    assert api(world.east_officer_2).send(path).json()["error"]["code"] == "other_crew"
    assert api(world.east_officer).send(path).status_code == 200


def test_an_assignment_is_found_under_its_own_incident_only(api, world, file, send):
    order, other = send(file()), file()
    client = api(world.dispatcher)
    for path in (
        f"incidents/{other.number}/assignments/{order.pk}/accept/",
        f"incidents/{other.number}/assignments/{10**30}/accept/",
        f"incidents/{order.incident.number}/assignments/{order.pk}/dance/",
    ):
        response = client.send(path)
        assert response.status_code == 404, path
        assert "error" in response.json()


def test_release_frees_the_unit_and_requeues(api, world, file, send):
    order = send(file(), "accept")
    api(world.east_officer).send(_path(order, "release"), {"outcome": "Needed elsewhere"})
    world.east_car.refresh_from_db()
    order.incident.refresh_from_db()
    assert (world.east_car.status, order.incident.status) == ("free", "reported")


@pytest.mark.django_db(transaction=True)
def test_two_phones_press_the_same_button(api, world, file, send):
    order = send(file(), "accept")
    clients = [api(world.east_officer) for _ in range(6)]

    def press(client):
        try:
            return client.send(_path(order, "depart"))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(press, clients))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sum(answer.json()["changed"] for answer in answers) == 1
    assert TimelineEntry.objects.filter(code="unit.departed").count() == 1
