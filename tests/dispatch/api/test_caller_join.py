"""POST /api/incidents/similar/ and …/callers/: two callers, one fight."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from dispatch.models import Assignment, FurtherCaller, Incident
from dispatch.services.incident import incident_cancel
from tests.world import IN_EAST, IN_SOUTH

PHONE = "13800000612"
NEAR = {"lat": IN_EAST["lat"] + 0.0008, "lon": IN_EAST["lon"]}  # 89 m north
FAR = {"lat": IN_EAST["lat"] + 0.008, "lon": IN_EAST["lon"]}


def similar(client: Any, **known: Any) -> list[dict[str, Any]]:
    answer = client.send("incidents/similar/", known)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_near_and_recent(api: Any, world: SimpleNamespace, file: Any) -> None:
    running = file()
    (row,) = similar(api(world.dispatcher), **NEAR, category="fight")
    assert (row["number"], row["metres"], row["same_category"], row["open"]) == (
        running.number,
        89,
        True,
        True,
    )
    assert row["seconds"] < 60


@pytest.mark.parametrize("known", [FAR, {}, {"category": "fight"}, {"caller_phone": "110"}])
def test_nothing_alike(api: Any, world: SimpleNamespace, file: Any, known: dict[str, Any]) -> None:
    file(caller_phone="110")
    assert similar(api(world.dispatcher), **known) == []


def test_what_is_old_or_ended_is_another_matter(api: Any, world: SimpleNamespace, file: Any) -> None:
    file(reported_at=clock.now() - timedelta(minutes=61))
    ended = file()
    incident_cancel(actor=world.dispatcher, number=ended.number, reason="A false alarm")
    assert similar(api(world.dispatcher), **NEAR) == []


def test_the_same_phone_is_found_wherever_it_calls_from(api: Any, world: SimpleNamespace, file: Any) -> None:
    ended = file(caller_phone=PHONE)
    incident_cancel(actor=world.dispatcher, number=ended.number, reason="A false alarm")
    (row,) = similar(api(world.dispatcher), **FAR, caller_phone="138 0000 0612")
    assert (row["number"], row["same_caller"], row["open"]) == (ended.number, True, False)
    assert PHONE not in str(row)


def test_the_likeliest_first_and_at_most_three(api: Any, world: SimpleNamespace, file: Any) -> None:
    for category in ("noise", "noise", "noise", "fight"):
        file(category=category)
    rows = similar(api(world.dispatcher), **NEAR, category="fight")
    assert [row["category"] for row in rows] == ["fight", "noise", "noise"]


def test_only_what_one_may_see(api: Any, world: SimpleNamespace, file: Any) -> None:
    file(**IN_SOUTH)
    assert similar(api(world.east_officer), **IN_SOUTH) == []
    assert len(similar(api(world.south_officer), **IN_SOUTH)) == 1


def test_one_query_however_many(
    api: Any, world: SimpleNamespace, file: Any, django_assert_max_num_queries: Any
) -> None:
    client = api(world.dispatcher)
    for _ in range(5):
        file(caller_phone=PHONE)
    similar(client, **NEAR, caller_phone=PHONE)
    with django_assert_max_num_queries(4):  # the token, the references' check, and two
        similar(client, **NEAR, caller_phone=PHONE)


# --- Joining --------------------------------------------------------------------------------------------


def join(client: Any, incident: Incident, key: str | None = None, **told: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.send(f"incidents/{incident.number}/callers/", told, **headers)


def test_the_words_stand_in_the_story_and_nobody_else_is_sent(
    api: Any, world: SimpleNamespace, file: Any
) -> None:
    incident = file()
    client = api(world.dispatcher)
    answer = join(
        client, incident, said="There are five of them now", caller_name="李小明", caller_phone=PHONE
    )
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    told = client.read(f"incidents/{incident.number}/events/").json()["results"][-1]
    assert told["text"] == "Another caller: There are five of them now"
    assert PHONE not in str(told)
    assert not Assignment.objects.exists()
    assert Incident.objects.count() == 1


def test_a_further_caller_is_masked_until_a_reason_is_given(
    api: Any, world: SimpleNamespace, file: Any
) -> None:
    incident = file()
    client = api(world.dispatcher)
    join(client, incident, caller_phone=PHONE)
    shown = client.send(f"incidents/{incident.number}/reveal/", {"reason": "Call back"}).json()
    assert shown["others"] == [{"name": "", "phone": PHONE}]
    assert PHONE not in client.read(f"incidents/{incident.number}/").content.decode()


def test_a_repeat_joins_once(api: Any, world: SimpleNamespace, file: Any) -> None:
    incident = file()
    client = api(world.dispatcher)
    versions = [join(client, incident, "k1", said="Hurry").json()["version"] for _ in range(3)]
    assert versions == [2, 2, 2]
    assert FurtherCaller.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "elsewhere"),
    [
        ({"said": "Hurry, one bleeds"}, False),
        ({"said": "Hurry", "caller_name": "李小明"}, False),
        ({"said": "Hurry"}, True),
    ],
    ids=["other words", "another name", "another incident"],
)
def test_what_a_used_key_brings_anew_is_never_dropped(
    api: Any, world: SimpleNamespace, file: Any, told: dict[str, str], *, elsewhere: bool
) -> None:
    incident, other = file(), file()
    client = api(world.dispatcher)
    join(client, incident, "k1", said="Hurry")
    answer = join(client, other if elsewhere else incident, "k1", **told)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "idempotency_key_reused")
    assert error["details"]["number"] == incident.number
    assert join(client, incident, "k1", said="Hurry").status_code == 201
    assert FurtherCaller.objects.count() == 1


def test_an_ended_incident_takes_no_caller(api: Any, world: SimpleNamespace, file: Any) -> None:
    incident = file()
    incident_cancel(actor=world.dispatcher, number=incident.number, reason="A false alarm")
    error = join(api(world.dispatcher), incident, said="Hurry").json()["error"]
    assert (error["code"], error["details"]["status"]) == ("wrong_state", "cancelled")
    assert not FurtherCaller.objects.exists()


def test_nothing_said_by_nobody(api: Any, world: SimpleNamespace, file: Any) -> None:
    answer = join(api(world.dispatcher), file(), said="  ")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "said")


@pytest.mark.parametrize(
    ("who", "status"), [("guard", 403), ("east_grid", 403), ("admin", 403), ("south_officer", 404)]
)
def test_who_may_not(api: Any, world: SimpleNamespace, file: Any, who: str, status: int) -> None:
    assert join(api(getattr(world, who)), file(), said="Hurry").status_code == status


def test_the_joined_caller_is_found_by_phone_too(api: Any, world: SimpleNamespace, file: Any) -> None:
    incident = file()
    client = api(world.dispatcher)
    join(client, incident, caller_phone=PHONE)
    (row,) = similar(client, **FAR, caller_phone=PHONE)
    assert (row["number"], row["same_caller"]) == (incident.number, True)
