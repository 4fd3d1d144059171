"""/api/places/search/, /api/places/history/ and …/place/: finding a place, and what happened there."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.api.place import FoundPlaceOutput, PlaceHistoryOutput
from dispatch.models import Incident
from dispatch.services.incident import incident_cancel
from dispatch.services.merging import incident_merge
from grid.models import PlaceName
from grid.services.hazard import hazard_enter
from tests.world import EAST, IN_EAST, IN_SOUTH, SOUTH

from .conftest import assert_shape

NEAR = {"lat": IN_EAST["lat"] + 0.0007, "lon": IN_EAST["lon"]}  # 78 m north
CORNER = {"lat": IN_EAST["lat"] + 0.0006, "lon": IN_EAST["lon"] + 0.0008}  # in the box, 98 m away
FAR = {"lat": IN_EAST["lat"] + 0.0008, "lon": IN_EAST["lon"]}  # 89 m


def found(client: Any, text: str) -> list[dict[str, Any]]:
    answer = client.read("places/search/", text=text)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    for row in rows:
        assert_shape(row, FoundPlaceOutput)
    return rows


def history(client: Any, **place: Any) -> dict[str, Any]:
    answer = client.send("places/history/", place)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    assert_shape(body, PlaceHistoryOutput)
    return body


# --- Finding -------------------------------------------------------------------------------------------


def test_the_gazetteer_then_areas_then_earlier_incidents(api: Any, world: SimpleNamespace, file: Any) -> None:
    PlaceName.objects.create(name="城东大市场", kind="market", **IN_EAST)
    file(address="城东路 8 号")
    file(address="城东路 8 号", **NEAR)  # once, at its newest point
    rows = found(api(world.dispatcher), "城东")
    assert [(row["source"], row["name"]) for row in rows] == [
        ("area", "城东"),  # called exactly so
        ("gazetteer", "城东大市场"),
        *(("area", name) for name in ("城东-001社区", "城东-002社区", "城东-001", "城东-002")),
        ("incident", "城东路 8 号"),
    ]
    assert rows[1]["station"] == EAST
    assert (rows[1]["grid"], rows[1]["kind_label"], rows[1]["inside"]) == ("城东-001", "Shop or market", True)
    assert rows[-1]["lat"] == NEAR["lat"]
    assert [row["name"] for row in found(api(world.dispatcher), "cdds")] == ["城东大市场"]


def test_of_equals_the_own_grounds_comes_first(api: Any, world: SimpleNamespace) -> None:
    PlaceName.objects.create(name="便民超市", address="东街", **IN_EAST)
    PlaceName.objects.create(name="便民超市", address="南街", **IN_SOUTH)
    assert found(api(world.south_officer), "bmcs")[0]["station"] == SOUTH
    assert found(api(world.east_officer), "bmcs")[0]["station"] == EAST


def test_others_addresses_are_not_told(api: Any, world: SimpleNamespace, file: Any) -> None:
    file(address="颜山路 8 号 2 单元")
    assert [row["name"] for row in found(api(world.east_officer), "颜山路")] == ["颜山路 8 号 2 单元"]
    assert found(api(world.south_officer), "颜山路") == []


@pytest.mark.parametrize("text", ["a", "城", "😀😀", "%%", "\\", "' OR 1=1 --", "_" * 200, "窑" * 200])
def test_odd_texts_find_nothing(api: Any, world: SimpleNamespace, file: Any, text: str) -> None:
    file(address="颜山路")
    assert found(api(world.dispatcher), text) == []


@pytest.mark.parametrize("text", ["x" * 10_000, "城\x00东", ""])
def test_unusable_texts_are_refused_by_name(api: Any, world: SimpleNamespace, text: str) -> None:
    answer = api(world.dispatcher).read("places/search/", text=text)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "text")


def test_who_files_nothing_searches_nothing(api: Any, world: SimpleNamespace) -> None:
    assert api(world.guard).read("places/search/", text="城东").status_code == 403
    assert api(None).read("places/search/", text="城东").status_code == 401


def test_four_queries_at_most(
    api: Any, world: SimpleNamespace, file: Any, django_assert_max_num_queries: Any
) -> None:
    client = api(world.dispatcher)
    found(client, "城东")
    with django_assert_max_num_queries(4):  # the token, the gazetteer twice, earlier incidents
        found(client, "城东")
    PlaceName.objects.create(name="窑火小区", **IN_EAST)
    with django_assert_max_num_queries(2):
        assert found(client, "yhxq")
    with django_assert_max_num_queries(6):
        found(client, "无此地 3 号")


# --- What happened there -----------------------------------------------------------------------------------


def test_a_year_within_eighty_metres_or_at_the_address(api: Any, world: SimpleNamespace, file: Any) -> None:
    old = file(**NEAR, reported_at=clock.now() - timedelta(days=40))
    incident_cancel(actor=world.dispatcher, number=old.number, reason="A false alarm")
    here = file()
    moved = file(address="颜山路 8 号", **FAR)
    file(**CORNER)
    file(reported_at=clock.now() - timedelta(days=366))
    body = history(api(world.dispatcher), **IN_EAST, address=" 颜山路 8 号 ")
    rows = body["incidents"]
    assert [row["number"] for row in rows] == [moved.number, here.number, old.number]
    assert (body["recent"], body["total"], body["more"]) == (2, 3, False)
    assert [(row["metres"], row["same_address"]) for row in rows] == [(89, True), (0, False), (78, False)]
    assert (rows[2]["status"], rows[2]["status_label"], rows[2]["open"]) == ("cancelled", "Cancelled", False)
    assert rows[0]["label"] == "Fight"


def test_merged_matters_count_once(api: Any, world: SimpleNamespace, file: Any) -> None:
    one, other = file(), file()
    incident_merge(actor=world.dispatcher, number=other.number, into=one.number, reason="The same")
    assert [row["number"] for row in history(api(world.dispatcher), **IN_EAST)["incidents"]] == [one.number]


def test_of_an_incident_without_itself_and_written_down(api: Any, world: SimpleNamespace, file: Any) -> None:
    earlier, now = file(), file(address="颜山路 8 号")
    answer = api(world.east_officer).read(f"incidents/{now.number}/place/")
    assert [row["number"] for row in answer.json()["incidents"]] == [earlier.number]
    entry = AuditEntry.objects.get(code="place.looked_up")
    assert (entry.actor, entry.target) == (world.east_officer, "place 颜山路 8 号")
    assert (entry.details["incident"], entry.details["found"]) == (now.number, 1)
    api(world.east_officer).send("places/history/", IN_EAST)
    entry = AuditEntry.objects.filter(code="place.looked_up").latest("id")
    assert (entry.target, entry.details["incident"]) == ("place 36.50000, 117.88000", None)


def test_a_station_sees_only_its_own(api: Any, world: SimpleNamespace, file: Any) -> None:
    mine = file()
    assert history(api(world.south_officer), **IN_EAST)["incidents"] == []
    assert history(api(world.east_officer), **IN_EAST)["total"] == 1
    answer = api(world.south_officer).read(f"incidents/{mine.number}/place/")
    assert answer.status_code == 404
    assert AuditEntry.objects.filter(code="place.looked_up").count() == 2


@pytest.mark.parametrize("who", ["east_grid", "admin"])
def test_who_may_not_look(api: Any, world: SimpleNamespace, file: Any, who: str) -> None:
    number = file().number
    assert api(getattr(world, who)).read(f"incidents/{number}/place/").status_code == 403
    assert api(getattr(world, who)).send("places/history/", IN_EAST).status_code == 403
    assert not AuditEntry.objects.filter(code="place.looked_up").exists()
    assert AuditEntry.objects.filter(code="access.refused").count() == 2


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({}, "lat"),
        ({"lat": 36.5}, "lat"),
        ({"lat": 99, "lon": 1}, "lat"),
        ({"address": "x" * 10_000}, "address"),
    ],
)
def test_no_place(api: Any, world: SimpleNamespace, place: dict[str, Any], field: str) -> None:
    answer = api(world.dispatcher).send("places/history/", place)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not AuditEntry.objects.filter(code="place.looked_up").exists()


def test_busy_places_are_cut_and_say_so(api: Any, world: SimpleNamespace, file: Any) -> None:
    first = file()
    fields = {
        f.attname: getattr(first, f.attname) for f in Incident._meta.concrete_fields if not f.primary_key
    }
    Incident.objects.bulk_create(
        Incident(**{**fields, "number": f"{fields['number']}{n:03}"}) for n in range(205)
    )
    body = history(api(world.dispatcher), **IN_EAST)
    assert (len(body["incidents"]), body["total"], body["more"]) == (20, 200, True)


def test_few_queries(api: Any, world: SimpleNamespace, file: Any, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        number = file().number
    client = api(world.dispatcher)
    history(client, **IN_EAST)
    with django_assert_max_num_queries(6):  # token, two savepoints, incidents, warnings, the trace
        history(client, **IN_EAST)
    with django_assert_max_num_queries(7):
        client.read(f"incidents/{number}/place/")


def test_the_detail_names_the_warnings(api: Any, world: SimpleNamespace, file: Any) -> None:
    hazard = hazard_enter(
        actor=world.east_commander,
        kind="dog",
        text="拴在东侧",
        reason="出警反馈",
        valid_until=clock.local_day(clock.now()),
        **NEAR,
    )
    client = api(world.guard)
    number = file().number
    assert client.read(f"incidents/{number}/").status_code == 404
    (row,) = api(world.east_officer).read(f"incidents/{number}/").json()["hazards"]
    assert (row["id"], row["kind_label"], row["text"]) == (hazard.pk, "Dog", "拴在东侧")
    assert api(world.dispatcher).read(f"incidents/{file(**FAR).number}/").json()["hazards"]  # 11 m from it
    assert api(world.dispatcher).read(f"incidents/{file(**IN_SOUTH).number}/").json()["hazards"] == []
