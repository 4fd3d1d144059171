"""Naming people in a note, and the list of one's mentions, over the API."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from dispatch.api.mention import MentionOutput, NameOutput
from dispatch.models import Incident

from .conftest import assert_shape


def test_named_listed_and_read(
    world: SimpleNamespace, api: Callable[..., Any], file: Callable[..., Incident]
) -> None:
    incident = file()
    names = api(world.east_commander).read(f"incidents/{incident.number}/names/").json()["results"]
    assert_shape(names, NameOutput(many=True))
    assert {
        "label": "李青",
        "kind": "person",
        "detail": "Chengdong Station officer",
        "initials": "lq",
    } in names
    answer = api(world.dispatcher).send(f"incidents/{incident.number}/notes/", {"text": "@李青 look"})
    assert answer.status_code == 201
    reader = api(world.east_officer)
    mine = reader.read("mentions/").json()["results"]
    assert_shape(mine, MentionOutput(many=True))
    assert [row["text"] for row in mine] == ["@李青 look"]
    assert reader.send("mentions/seen/", {"ids": [mine[0]["id"]]}).json() == {"seen": 1}
    assert reader.send("mentions/seen/", {"ids": "all"}).status_code == 400
    assert api(world.dispatcher).read("mentions/").json() == {"results": []}


def test_the_error_names_field_and_person(
    world: SimpleNamespace, api: Callable[..., Any], file: Callable[..., Incident]
) -> None:
    answer = api(world.dispatcher).send(f"incidents/{file().number}/notes/", {"text": "@冯远 look"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "mention_outside", "text")
    assert "冯远" in error["message"]


def test_names_are_for_those_who_see_the_incident(
    world: SimpleNamespace, api: Callable[..., Any], file: Callable[..., Incident]
) -> None:
    path = f"incidents/{file().number}/names/"
    assert api(world.south_officer).read(path).status_code == 404
    assert api(world.east_grid).read(path).status_code == 403
    assert api(None).read(path).status_code == 401
