"""GET /api/incidents/: filters, pages, scope."""

from datetime import timedelta

import pytest

from boshan_police.kernel import clock
from dispatch.api.output import IncidentOutput
from dispatch.services.incident import incident_cancel
from tests.world import EAST, IN_SOUTH, SOUTH

from .conftest import assert_shape


def _numbers(response):
    assert response.status_code == 200, response.content
    return [row["number"] for row in response.json()["results"]]


def test_newest_first_in_the_boards_shape(api, world, file):
    first, second = file(), file()
    response = api(world.dispatcher).read("incidents/")
    assert _numbers(response) == [second.number, first.number]
    assert_shape(response.json()["results"][0], IncidentOutput)


def test_filters(api, world, file, send):
    fight = file()
    theft = file(category="theft", address="税务街 12 号", **IN_SOUTH)
    noise = file(category="noise", summary="Loud music", reported_at=clock.now() - timedelta(days=2))
    send(fight)
    incident_cancel(actor=world.dispatcher, number=noise.number, reason="Quiet again")

    client = api(world.dispatcher)
    yesterday = clock.local_day(clock.now() - timedelta(days=1)).isoformat()
    for query, expected in [
        ({"station": EAST}, [noise, fight]),
        ({"station": f"{EAST},{SOUTH}"}, [noise, theft, fight]),
        ({"category": "theft"}, [theft]),
        ({"group": "crime,dispute"}, [noise, theft]),
        ({"status": "dispatched"}, [fight]),
        ({"priority": "1,2"}, [theft, fight]),
        ({"open": "true"}, [theft, fight]),
        ({"open": "false"}, [noise]),
        ({"since": yesterday}, [theft, fight]),
        ({"until": yesterday}, [noise]),
        ({"since": (clock.now() - timedelta(hours=1)).isoformat()}, [theft, fight]),
        ({"text": "税务街"}, [theft]),
        ({"text": "LOUD"}, [noise]),
        ({"text": fight.number}, [fight]),
        ({"text": "100%"}, []),
        ({"station": EAST, "open": "true", "priority": "1"}, [fight]),
        ({"station": "000000000000"}, []),
    ]:
        assert _numbers(client.read("incidents/", **query)) == [one.number for one in expected], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "sleeping"}, "status"),
        ({"group": "x"}, "group"),
        ({"priority": "0"}, "priority"),
        ({"priority": "1,"}, "priority"),
        ({"open": "perhaps"}, "open"),
        ({"since": "monday"}, "since"),
        ({"since": "2026-11-23T10:00:00"}, "since"),
        ({"text": "a\x00"}, "text"),
        ({"text": "x" * 101}, "text"),
        ({"station": "a\x00"}, "station"),
        ({"station": ",".join("x" * 51)}, "station"),
    ],
)
def test_bad_filters_name_the_field(api, world, query, field):
    response = api(world.dispatcher).read("incidents/", **query)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == field


def test_pages_by_cursor_stay_whole_while_incidents_come_in(api, world, file):
    old = [file() for _ in range(5)]
    client = api(world.dispatcher)
    page = client.read("incidents/", page_size=2).json()
    seen = [row["number"] for row in page["results"]]
    file()
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [row["number"] for row in page["results"]]
    assert seen == [one.number for one in reversed(old)]
    assert client.get(page["previous"]).json()["results"]


@pytest.mark.parametrize(
    "cursor", ["zzz", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "bz0tMSZwPTE="]
)
def test_a_cursor_of_ones_own_making_is_not_found(api, world, cursor):
    response = api(world.dispatcher).read("incidents/", cursor=cursor)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_scope(api, world, file, send):
    east, south, nowhere = file(), file(**IN_SOUTH), file(lat=None, lon=None)
    helped = file(**IN_SOUTH)
    send(helped, "accept", "release", unit=world.east_car)
    guarded = file(**IN_SOUTH)
    send(guarded, unit=world.squadron)
    own = file(actor=world.east_officer, lat=None, lon=None)

    def seen(person):
        return set(_numbers(api(person).read("incidents/")))

    def numbers(*incidents):
        return {one.number for one in incidents}

    everything = numbers(east, south, nowhere, helped, guarded, own)
    assert seen(world.dispatcher) == seen(world.watch) == seen(world.admin) == everything
    assert seen(world.east_officer) >= numbers(east, helped, own)
    assert seen(world.east_officer).isdisjoint(numbers(south, nowhere, guarded))
    assert seen(world.south_commander) == numbers(south, helped, guarded)
    assert seen(world.east_grid) >= numbers(east, helped)
    assert seen(world.guard) == numbers(guarded)


def test_two_queries_whatever_the_length(api, world, file, django_assert_num_queries):
    for _ in range(4):
        file()
    client = api(world.dispatcher)
    client.read("incidents/")
    with django_assert_num_queries(3):  # the token, the page, its rows
        client.read("incidents/")
