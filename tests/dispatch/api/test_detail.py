"""GET /api/incidents/{number}/ and …/events/: one incident, what its reader may do, its story."""

import pytest

from dispatch.actions import ACTIONS
from dispatch.api.output import EventOutput, IncidentDetailOutput
from dispatch.services.incident import incident_note
from tests.world import IN_SOUTH

from .conftest import assert_shape


def test_detail_has_the_promised_shape_and_masks_the_caller(api, world, file, send):
    incident = file(caller_name="李小明", caller_phone="13800000612")
    send(incident, "accept")
    send(incident, unit=world.squadron)
    detail = api(world.dispatcher).read(f"incidents/{incident.number}/").json()
    assert_shape(detail, IncidentDetailOutput)
    assert detail["caller"] == {"name": "李**", "phone": "138****0612"}
    assert "13800000612" not in str(detail)
    assert [row["label"] for row in detail["assignments"]] == ["城东01", "城东中队"]
    assert detail["times"]["accepted_at"] == detail["assignments"][0]["times"]["accepted_at"]
    assert detail["filed_by"] == "王知远"


def test_ended_assignments_stay_in_the_detail(api, world, file, send):
    incident = file()
    send(incident, "accept", "release")
    (row,) = api(world.dispatcher).read(f"incidents/{incident.number}/").json()["assignments"]
    assert (row["step"], row["active"]) == ("released", False)
    assert row["at"] == row["times"]["released_at"]
    assert not any(row["can"].values())


def _can(api, person, incident):
    can = api(person).read(f"incidents/{incident.number}/").json()["can"]
    return {verb for verb, possible in can.items() if possible}


def test_can_follows_role_and_state(api, world, file, send):
    incident = file(caller_phone="110")
    crew = {"note", "reveal", "reinforce"}
    command = crew | {"dispatch", "preempt", "hand_over"}
    assert _can(api, world.dispatcher, incident) == command | {"cancel", "invalidate", "merge", "split"}
    assert _can(api, world.east_officer, incident) == crew | {"claim"}
    assert _can(api, world.east_commander, incident) == command | {"claim"}
    assert _can(api, world.admin, incident) == set()

    send(incident, "accept", "depart", "arrive", "report")
    assert _can(api, world.east_officer, incident) == crew | {"close"}
    assert "close" in _can(api, world.dispatcher, incident)


def test_assignment_can_is_for_its_crew(api, world, file, send):
    incident = file()
    send(incident)
    path = f"incidents/{incident.number}/assignments/"

    def can(person):
        (row,) = api(person).read(path).json()["results"]
        return {verb for verb, possible in row["can"].items() if possible}

    assert can(world.east_officer) == can(world.dispatcher) == {"accept", "release"}
    assert can(world.east_grid) == can(world.admin) == set()


@pytest.mark.parametrize("path", ["", "events/", "assignments/"])
def test_out_of_scope_reads_like_missing(api, world, file, path):
    incident = file(**IN_SOUTH)
    missing = f"{incident.number[:-4]}9999"
    answers = [
        api(world.east_officer).read(f"incidents/{number}/{path}") for number in (incident.number, missing)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    first, second = (answer.json()["error"] for answer in answers)
    assert first["code"] == second["code"] == "not_found"
    assert first["message"].replace(incident.number, "") == second["message"].replace(missing, "")


@pytest.mark.parametrize("number", ["1", "x", "%00", "1" * 25, "３７０３０４２０２６１１２３０００１", "-1"])
def test_what_is_no_number_is_not_found_in_the_one_shape(api, world, number):
    response = api(world.dispatcher).get(f"/api/incidents/{number}/")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_events_tell_the_story_in_the_readers_language(api, world, file, send):
    incident = file()
    send(incident, "accept")
    incident_note(actor=world.dispatcher, number=incident.number, text="Two 100% drunk men")
    client = api(world.east_officer)
    events = client.read(f"incidents/{incident.number}/events/").json()["results"]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert_shape(event, EventOutput)
        assert event["code"] in ACTIONS
    assert [event["text"] for event in events] == [
        "Received",
        "城东01 dispatched",
        "城东01 accepted",
        "Two 100% drunk men",
    ]
    assert {event["actor"] for event in events} == {"王知远"}

    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    chinese = client.read(f"incidents/{incident.number}/events/").json()["results"]
    assert chinese[1]["text"] != "城东01 dispatched"


def test_few_queries_however_long_the_story(api, world, file, send, django_assert_max_num_queries):
    incident = file()
    send(incident, "accept", "release")
    send(incident, "accept")
    send(incident, unit=world.squadron)
    client = api(world.dispatcher)
    client.read(f"incidents/{incident.number}/")
    with django_assert_max_num_queries(
        6
    ):  # the token, the incident, its row, its assignments, a hand-over, a further caller
        client.read(f"incidents/{incident.number}/")
    with django_assert_max_num_queries(3):
        client.read(f"incidents/{incident.number}/events/")
