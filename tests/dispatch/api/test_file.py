"""POST /api/incidents/: filing an incident by machine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boshan_police.kernel import clock
from dispatch.api.output import IncidentOutput
from dispatch.models import Incident, TimelineEntry
from dispatch.selectors.incident import incident_rows
from grid.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from tests.world import EAST, IN_EAST, OUTSIDE

from .conftest import assert_shape

FIGHT = {"category": "fight", "summary": "Two men fight", **IN_EAST}


def test_files_and_answers_with_the_boards_row(api, world):
    now = clock.now()
    response = api(world.dispatcher).send(
        "incidents/",
        {
            **FIGHT,
            "address": "税务街 12 号",
            "caller_name": "李小明",
            "caller_phone": "１３８ ００００-０６１２",
            "reported_at": "2026-11-23T15:42:18+08:00",
        },
    )

    assert response.status_code == 201
    row = response.json()
    assert_shape(row, IncidentOutput)
    assert row["number"].startswith("37030420261123")
    assert (row["status"], row["priority"], row["stage"], row["version"]) == ("reported", 1, "unclaimed", 1)
    assert (row["station"], row["grid"], row["community"]) == (EAST, "城东-001", "城东-001社区")
    assert row["reported_at"] == "2026-11-23T07:42:18Z"
    assert response["Location"] == f"/api/incidents/{row['number']}/"
    assert "caller_phone" not in row

    incident = Incident.objects.get(number=row["number"])
    assert incident.caller_phone == "13800000612"
    assert incident.created_at >= now
    assert incident.created_by == world.dispatcher


def test_the_answer_equals_what_the_board_reads(api, world):
    client = api(world.dispatcher)
    for body in (FIGHT, {**FIGHT, **OUTSIDE}, {"category": "noise", "address": "somewhere"}):
        answer = client.send("incidents/", body).json()
        incident = Incident.objects.get(number=answer["number"])
        read = client.read("incidents/", text=incident.number).json()["results"]
        assert read == [answer]
        assert incident_rows([incident.pk])[0].keys() == answer.keys()


def test_priority_is_preset_by_the_category_and_can_be_given(api, world):
    client = api(world.dispatcher)
    assert client.send("incidents/", {**FIGHT, "category": "noise"}).json()["priority"] == 4
    assert client.send("incidents/", {**FIGHT, "category": "noise", "priority": 2}).json()["priority"] == 2


def test_a_point_outside_the_district_is_flagged(api, world):
    row = api(world.dispatcher).send("incidents/", {**FIGHT, **OUTSIDE}).json()
    assert (row["outside"], row["station"], row["grid"]) == (True, None, None)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("dispatcher", 201),
        ("watch", 201),
        ("east_commander", 201),
        ("east_officer", 201),
        ("guard", 403),
        ("east_grid", 403),
        ("admin", 403),
    ],
)
def test_who_may_file(api, world, who, status):
    response = api(getattr(world, who)).send("incidents/", FIGHT)
    assert response.status_code == status
    if status == 403:
        error = response.json()["error"]
        assert error["code"] == "not_allowed"
        assert "Dispatcher" in error["message"]


def test_nobody_files_without_an_account(api):
    response = api(None).send("incidents/", FIGHT)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["error"]["code"] == "not_authenticated"


BAD = [
    ("category", {"category": None}, "may not be null"),
    ("category", {"category": "murder"}, "no category"),
    ("category", {"category": ["fight"]}, "Not a valid string"),
    ("category", {"category": "f" * 21}, "20 characters"),
    ("priority", {"priority": 0}, "1, 2, 3 or 4"),
    ("priority", {"priority": 5}, "1, 2, 3 or 4"),
    ("priority", {"priority": "high"}, "integer"),
    ("priority", {"priority": True}, "integer"),
    ("priority", {"priority": 10**30}, "integer"),
    ("summary", {"summary": "a\x00b"}, "U+0000 (character 2)"),
    ("summary", {"summary": "abc\x1b[31m"}, "U+001B"),
    ("summary", {"summary": "a‮b"}, "U+202E"),
    ("summary", {"summary": "x" * 2001}, "2000 characters"),
    ("summary", {"summary": "", "address": " "}, "Say what happened"),
    ("address", {"address": "x" * 201}, "200 characters"),
    ("address", {"address": "a\x00"}, "U+0000"),
    ("caller_name", {"caller_name": "x" * 41}, "40 characters"),
    ("caller_phone", {"caller_phone": "call me"}, "digits"),
    ("caller_phone", {"caller_phone": "1" * 21}, "20 digits"),
    ("lon", {"lon": None}, "both latitude and longitude"),
    ("lat", {"lat": None}, "both latitude and longitude"),
    ("lat", {"lat": 90.01}, "between -90 and 90"),
    ("lat", {"lat": "NaN"}, "between -90 and 90"),
    ("lat", {"lat": True}, "between -90 and 90"),
    ("lon", {"lon": "Infinity"}, "between -180 and 180"),
    ("lon", {"lon": -180.5}, "between -180 and 180"),
    ("lon", {"lon": {"deg": 117}}, "between -180 and 180"),
    ("reported_at", {"reported_at": "2026-11-23T15:42:18"}, "no zone"),
    ("reported_at", {"reported_at": "yesterday"}, "date, time and zone"),
    ("reported_at", {"reported_at": "2026-02-30T10:00:00Z"}, "can't be right"),
    ("reported_at", {"reported_at": "0001-01-01T00:00:00+14:00"}, "can't be right"),
    ("reported_at", {"reported_at": 1763900000}, "date, time and zone"),
]


@pytest.mark.parametrize(("field", "change", "words"), BAD)
def test_bad_input_names_the_field(api, world, field, change, words):
    response = api(world.dispatcher).send("incidents/", {**FIGHT, **change})
    assert response.status_code == 400, response.content
    error = response.json()["error"]
    assert set(error) == {"code", "message", "field", "fields", "details"}
    assert error["field"] == field
    assert words in error["fields"][field][0]
    assert words in error["message"]
    assert not Incident.objects.exists()


def test_every_wrong_field_is_named_at_once(api, world):
    response = api(world.dispatcher).send(
        "incidents/", {"category": "", "lat": "north", "lon": 200, "caller_phone": "x"}
    )
    assert set(response.json()["error"]["fields"]) == {"category", "lat", "lon", "caller_phone"}


def test_a_call_from_the_future_is_refused_but_a_clock_may_run_ahead_a_little(api, world):
    client = api(world.dispatcher)
    for minutes, status in ((4, 201), (6, 400)):
        at = (clock.now() + timedelta(minutes=minutes)).isoformat()
        assert client.send("incidents/", {**FIGHT, "reported_at": at}).status_code == status


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"category": "fight", "lat": NaN, "lon": 1}', 400, "parse_error"),
        (b'{"category": "fight", "summary": "\\ud800"}', 400, "parse_error"),
        (b"{", 400, "parse_error"),
        (b"", 400, "invalid"),
        (b"[1, 2]", 400, "invalid"),
        (b'"text"', 400, "invalid"),
        (b'{"category": "fight", "summary": "' + b"x" * 300_000 + b'"}', 413, "too_large"),
        (b'{"category": "fight", "lat": 1e999, "lon": 1}', 400, None),
        (b"[" * 100_000, 400, "parse_error"),
    ],
)
def test_broken_bodies(api, world, body, status, code):
    response = api(world.dispatcher).post("/api/incidents/", body, content_type="application/json")
    assert response.status_code == status, response.content
    if code:
        assert response.json()["error"]["code"] == code


def test_another_content_type_is_refused(api, world):
    response = api(world.dispatcher).post("/api/incidents/", FIGHT)
    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


def test_text_is_evened_out_and_emoji_are_kept(api, world):
    row = (
        api(world.dispatcher)
        .send(
            "incidents/",
            {**FIGHT, "summary": " first\r\nsecond 👨‍👩‍👧 ", "address": "税务街\t12 号\n", "priority": "２"},
        )
        .json()
    )
    assert row["summary"] == "first\nsecond 👨‍👩‍👧"
    assert row["address"] == "税务街 12 号"
    assert row["priority"] == 2


# --- The same submission twice ----------------------------------------------------------------------


def test_a_repeat_makes_one_incident_and_says_so(api, world):
    client = api(world.dispatcher)
    headers = {"Idempotency-Key": str(uuid4())}
    first = client.send("incidents/", FIGHT, **headers)
    second = client.send("incidents/", FIGHT, **headers)

    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
    assert Incident.objects.count() == 1
    assert TimelineEntry.objects.count() == 1


def test_a_repeat_shows_the_incident_as_it_is_now(api, world, send):
    client = api(world.dispatcher)
    headers = {"Idempotency-Key": "form-1"}
    client.send("incidents/", FIGHT, **headers)
    send(Incident.objects.get())
    again = client.send("incidents/", FIGHT, **headers).json()
    assert (again["status"], again["assignments"][0]["label"]) == ("dispatched", "城东01")


def test_a_key_with_other_content_is_a_conflict(api, world):
    client = api(world.dispatcher)
    headers = {"Idempotency-Key": "form-1"}
    number = client.send("incidents/", FIGHT, **headers).json()["number"]
    response = client.send("incidents/", {**FIGHT, "summary": "Another"}, **headers)
    assert response.status_code == 409
    error = response.json()["error"]
    assert (error["code"], error["details"]["number"]) == ("idempotency_key_reused", number)


def test_keys_of_two_people_do_not_meet(api, world):
    headers = {"Idempotency-Key": "form-1"}
    for person in (world.dispatcher, world.watch):
        assert api(person).send("incidents/", FIGHT, **headers).status_code == 201


@pytest.mark.parametrize("key", ["x" * 81, "key with spaces", "鍵"])
def test_an_unusable_key_is_refused(api, world, key):
    response = api(world.dispatcher).post(
        "/api/incidents/", FIGHT, content_type="application/json", HTTP_IDEMPOTENCY_KEY=key
    )
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_eight_threads_makes_one_incident(api, world):
    clients = [api(world.dispatcher) for _ in range(8)]

    def post(client):
        try:
            return client.send("incidents/", FIGHT, **{"Idempotency-Key": "once"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, clients))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Incident.objects.count() == 1


def test_query_count(api, world):
    """Token, serial, incident, entry, timer, the event's row and its topics, two savepoints: nothing grows with size."""
    client = api(world.dispatcher)
    client.send("incidents/", FIGHT)
    with CaptureQueriesContext(connection) as queries:
        client.send("incidents/", FIGHT)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_a_point_of_another_system_is_converted_once_and_its_source_recorded(api, world, system, shift):
    true = (IN_EAST["lat"], IN_EAST["lon"])
    lat, lon = (round(degrees, 6) for degrees in shift(*true))
    client = api(world.dispatcher)
    row = client.send("incidents/", {**FIGHT, "lat": lat, "lon": lon, "system": system}).json()
    assert (row["lat"], row["lon"]) == pytest.approx(true, abs=2e-6)
    assert row["grid"] == "城东-001"
    detail = client.read(f"incidents/{row['number']}/").json()
    assert detail["point"] == {"system": system, "given": f"{lat}, {lon}"}
    place = client.read("places/", lat=lat, lon=lon, system=system).json()
    assert (place["lat"], place["lon"], place["grid"]) == (row["lat"], row["lon"], "城东-001")


def test_an_unknown_system_is_refused(api, world):
    error = api(world.dispatcher).send("incidents/", {**FIGHT, "system": "cgcs"}).json()["error"]
    assert (error["code"], error["field"]) == ("invalid", "system")
    assert Incident.objects.count() == 0
