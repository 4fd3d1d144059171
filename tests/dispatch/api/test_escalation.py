"""POST …/take-over/ and …/seen/: an escalated incident gets a name, or falls silent for one person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from boshan_police.kernel import clock
from dispatch.models import Notice, Timer
from dispatch.services.timer import timers_sweep


@pytest.fixture
def escalate(file):
    """An incident whose first timer has fired: the East's commander is told."""

    def make():
        incident = file()
        Timer.objects.filter(incident=incident).update(due_at=clock.now() - timedelta(seconds=1))
        timers_sweep()
        return incident

    return make


def _take(api, person, incident):
    return api(person).send(f"incidents/{incident.number}/take-over/")


def test_taken_over_by_name(api, world, escalate):
    incident = escalate()
    response = _take(api, world.east_commander, incident)
    assert response.status_code == 200
    escalation = response.json()["escalation"]
    assert (escalation["owner"], escalation["owner_username"]) == ("孙立", "east_commander")
    assert response.json()["can"]["take_over"] is False


def test_a_repeat_by_the_same_person_changes_nothing(api, world, escalate):
    incident = escalate()
    version = _take(api, world.watch, incident).json()["version"]
    again = _take(api, world.watch, incident)
    assert (again.status_code, again.json()["version"]) == (200, version)


def test_the_second_is_told_who_was_sooner(api, world, escalate):
    incident = escalate()
    _take(api, world.east_commander, incident)
    error = _take(api, world.watch, incident).json()["error"]
    assert (error["code"], error["details"]["by"]) == ("already_taken_over", "孙立")


def test_nothing_to_take_over(api, world, file):
    response = _take(api, world.watch, file())
    assert (response.status_code, response.json()["error"]["code"]) == (409, "not_escalated")


@pytest.mark.parametrize(
    ("who", "status"), [("east_officer", 403), ("guard", 403), ("admin", 403), ("south_commander", 404)]
)
def test_who_may_not(api, world, escalate, who, status):
    assert _take(api, getattr(world, who), escalate()).status_code == status


@pytest.mark.django_db(transaction=True)
def test_three_at_once_have_one_owner(api, world, escalate):
    incident = escalate()
    people = [world.dispatcher, world.watch, world.east_commander]

    def take(client):
        try:
            return client.send(f"incidents/{incident.number}/take-over/")
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(take, [api(person) for person in people]))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


def test_silence_is_for_oneself(api, world, escalate):
    incident = escalate()
    path = f"incidents/{incident.number}/seen/"
    assert api(world.east_commander).send(path).json() == {"seen": 1}
    assert api(world.east_commander).send(path).json() == {"seen": 0}
    assert api(world.dispatcher).send(path).json() == {"seen": 0}
    assert Notice.objects.filter(seen_at__isnull=False).count() == 1


def test_silence_needs_an_incident_in_ones_scope(api, world, escalate):
    assert api(world.south_officer).send(f"incidents/{escalate().number}/seen/").status_code == 404
