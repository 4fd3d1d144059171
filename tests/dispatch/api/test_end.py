"""POST …/close/, …/cancel/, …/invalidate/, …/reopen/: how an incident ends, and begins anew."""

import pytest

from dispatch.api.output import IncidentDetailOutput
from dispatch.models import TimelineEntry

from .conftest import assert_shape

REASON = {"reason": "Caller rang again: nothing there"}


def _verb(api, person, incident, verb, body=None):
    return api(person).send(f"incidents/{incident.number}/{verb}/", body)


def test_close_after_the_report(api, world, file, send):
    incident = file()
    send(incident, "accept", "depart", "arrive", "report")
    response = _verb(api, world.east_officer, incident, "close", {"outcome": "Settled on the spot"})
    assert response.status_code == 200
    detail = response.json()
    assert_shape(detail, IncidentDetailOutput)
    assert (detail["status"], detail["outcome"]) == ("closed", "Settled on the spot")
    assert detail["times"]["closed_at"]
    assert detail["can"]["close"] is False


def test_close_before_the_report_is_a_conflict(api, world, file, send):
    incident = file()
    send(incident, "accept")
    response = _verb(api, world.dispatcher, incident, "close")
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]["status"]) == (
        409,
        "wrong_state",
        "accepted",
    )


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("invalidate", "invalid")])
def test_cancel_and_invalidate_release_the_units(api, world, file, send, verb, status):
    incident = file()
    send(incident, "accept")
    detail = _verb(api, world.dispatcher, incident, verb, REASON).json()
    assert (detail["status"], detail["outcome"]) == (status, REASON["reason"])
    assert [row["step"] for row in detail["assignments"]] == ["released"]
    world.east_car.refresh_from_db()
    assert world.east_car.status == "free"


@pytest.mark.parametrize("verb", ["cancel", "invalidate", "reopen"])
@pytest.mark.parametrize(
    "body", [None, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 201}, {"reason": "\x00"}]
)
def test_a_reason_is_needed(api, world, file, verb, body):
    response = _verb(api, world.dispatcher, file(), verb, body)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "reason"


@pytest.mark.parametrize("verb", ["cancel", "invalidate"])
def test_a_repeat_is_a_conflict_that_tells_the_state(api, world, file, verb):
    incident = file()
    assert _verb(api, world.dispatcher, incident, verb, REASON).status_code == 200
    again = _verb(api, world.watch, incident, verb, REASON)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")


def test_reopen_puts_it_back_in_the_queue_with_a_new_clock(api, world, file):
    incident = file()
    _verb(api, world.dispatcher, incident, "cancel", REASON)
    detail = _verb(api, world.watch, incident, "reopen", {"reason": "It goes on"}).json()
    assert (detail["status"], detail["stage"], detail["outcome"]) == ("reported", "unclaimed", "")
    assert detail["times"]["reopened_at"]
    assert detail["times"]["closed_at"] is None
    assert TimelineEntry.objects.filter(code="incident.reopened").get().data == {"reason": "It goes on"}


def test_reopen_needs_an_ended_incident(api, world, file):
    response = _verb(api, world.dispatcher, file(), "reopen", REASON)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("verb", ["close", "cancel", "invalidate", "reopen"])
@pytest.mark.parametrize("who", ["guard", "east_grid", "admin"])
def test_wrong_role(api, world, file, verb, who):
    response = _verb(api, getattr(world, who), file(), verb, REASON)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("verb", ["cancel", "invalidate", "reopen"])
def test_stations_leave_that_to_the_centre(api, world, file, verb):
    assert _verb(api, world.east_commander, file(), verb, REASON).status_code == 403


def test_wrong_scope(api, world, file):
    assert _verb(api, world.south_officer, file(), "close").status_code == 404


@pytest.mark.parametrize("verb", ["close", "cancel", "notes", "reveal", "seen", "take-over"])
def test_reading_a_verb_is_not_allowed(api, world, file, verb):
    response = api(world.dispatcher).read(f"incidents/{file().number}/{verb}/")
    assert response.status_code == 405
    assert response.json()["error"]["code"] == "method_not_allowed"
