"""POST …/reveal/ and …/notes/: the caller's name for a reason, and what was learned since."""

import pytest

from boshan_police.kernel.models import AuditEntry
from dispatch.models import TimelineEntry

CALLER = {"caller_name": "李小明", "caller_phone": "13800000612"}
WHY = {"reason": "Call back: which floor?"}


def test_reveal_leaves_two_traces(api, world, file):
    incident = file(**CALLER)
    response = api(world.east_officer).send(f"incidents/{incident.number}/reveal/", WHY)
    assert response.status_code == 200
    assert response.json() == {"name": "李小明", "phone": "13800000612", "others": []}
    assert response["Cache-Control"] == "no-store"
    entry = TimelineEntry.objects.get(code="caller.revealed")
    assert (entry.actor, entry.data) == (world.east_officer, WHY)
    audit = AuditEntry.objects.get(code="caller.revealed")
    assert (audit.actor, audit.target, audit.details) == (world.east_officer, incident.number, WHY)
    assert "13800000612" not in str(audit.details)


@pytest.mark.parametrize("body", [None, {"reason": " "}, {"reason": None}, {"reason": "a\x00"}])
def test_no_reason_no_name(api, world, file, body):
    incident = file(**CALLER)
    response = api(world.dispatcher).send(f"incidents/{incident.number}/reveal/", body)
    assert (response.status_code, response.json()["error"]["field"]) == (400, "reason")
    assert not AuditEntry.objects.filter(code="caller.revealed").exists()


@pytest.mark.parametrize(
    ("who", "status"), [("guard", 403), ("admin", 403), ("east_grid", 403), ("south_officer", 404)]
)
def test_who_may_not_see_it_and_a_refusal_is_audited(api, world, file, who, status):
    person = getattr(world, who)
    incident = file(**CALLER)
    response = api(person).send(f"incidents/{incident.number}/reveal/", WHY)
    assert response.status_code == status
    assert "13800000612" not in response.content.decode()
    if status == 403:
        entry = AuditEntry.objects.get(code="access.refused")
        assert (entry.actor, entry.details["rule"]) == (person, "incident.reveal")
        assert entry.target == f"POST /api/incidents/{incident.number}/reveal/"


def test_a_note(api, world, file, send):
    incident = file()
    send(incident, unit=world.squadron)
    for person in (world.dispatcher, world.east_officer, world.guard):
        response = api(person).send(
            f"incidents/{incident.number}/notes/", {"text": "Blue door\nsecond floor"}
        )
        assert response.status_code == 201
    assert [entry.data for entry in TimelineEntry.objects.filter(code="incident.note")] == [
        {"text": "Blue door\nsecond floor"}
    ] * 3


def test_a_note_sent_again_is_one_and_other_words_are_never_dropped(api, world, file):
    path = f"incidents/{file().number}/notes/"
    client = api(world.dispatcher)
    once = {"Idempotency-Key": "note-1"}
    versions = [client.send(path, {"text": " Blue door "}, **once).json()["version"] for _ in range(2)]
    assert versions == [2, 2]
    answer = client.send(path, {"text": "Red door"}, **once)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused")
    other = api(world.east_officer).send(path, {"text": "Red door"}, **once)  # a key is its sender's own
    assert other.json()["version"] == 3
    assert client.send(path, {"text": "Blue door"}).json()["version"] == 4  # said twice, without a key
    assert client.send(path, {"text": "x"}, **{"Idempotency-Key": "a b"}).status_code == 400


@pytest.mark.parametrize(
    "body", [None, {"text": ""}, {"text": "\n "}, {"text": "x" * 2001}, {"text": "\x1b"}]
)
def test_bad_notes(api, world, file, body):
    response = api(world.dispatcher).send(f"incidents/{file().number}/notes/", body)
    assert (response.status_code, response.json()["error"]["field"]) == (400, "text")


@pytest.mark.parametrize(("who", "status"), [("admin", 403), ("east_grid", 403), ("south_officer", 404)])
def test_who_may_not_add_notes(api, world, file, who, status):
    response = api(getattr(world, who)).send(f"incidents/{file().number}/notes/", {"text": "x"})
    assert response.status_code == status
