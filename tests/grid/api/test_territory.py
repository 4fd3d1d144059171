"""The editor's API: who may, a file looked at and taken, plans over HTTP, the board's hint."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from boshan_police.kernel import live
from boshan_police.kernel.models import AuditEntry
from grid.interchange import as_geojson
from grid.models import Grid, TerritoryPlan
from grid.selectors.territory_plan import grids_at, key_of
from grid.services.territory_effect import plans_take_effect
from tests.factories.ground import square
from tests.world import EAST


@pytest.fixture
def office(api, world):
    return api(world.admin)


@pytest.fixture
def plan(office):
    return office.send("territory/plans/", {"title": "新网格"}).json()


def _feature(code, boundary, **more):
    return {"type": "Feature", "properties": {"code": code, **more}, "geometry": boundary}


def _file(*features):
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return SimpleUploadedFile("../../网格.exe", body.encode())


def _upload(client, path, file, **fields):
    return client.post(f"/api/territory/{path}", {"file": file, **fields})


def _present(world):
    return [_feature(grid.code, grid.boundary) for grid in Grid.objects.all()]


def test_only_administrators(api, world):
    for who in (world.dispatcher, world.watch, world.east_commander, world.east_grid):
        client = api(who)
        assert client.read("territory/").status_code == 403
        assert client.send("territory/plans/", {"title": "x"}).status_code == 403
        assert _upload(client, "import/", _file()).status_code == 403
        assert client.read("territory/export/").status_code == 403
    assert api(None).read("territory/").status_code == 401
    assert AuditEntry.objects.filter(code="access.refused").count() == 16


def test_the_territory_in_few_queries(office, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):  # two of them know the token
        body = office.read("territory/").json()
    assert {row["code"]: row["vacant"] for row in body["grids"]}["城东-001"] is True
    with django_assert_max_num_queries(3):
        assert office.read("territory/faults/").json() == {"results": []}


def test_a_plan_from_drawing_to_force(office, world, plan):
    path = f"territory/plans/{plan['id']}/"
    answer = office.send(
        f"{path}split/",
        {"grid": key_of(world.east_grid_1.pk), "line": [[117.882, 36.47], [117.882, 36.53]], "version": 1},
    )
    body = answer.json()
    assert (answer.status_code, body["version"]) == (200, 2)
    made = next(row for row in body["grids"] if row["key"] == body["made"])
    assert (made["kind"], made["code"], made["station"], made["people"]) == ("new", "城东-003", EAST, [])
    late = office.send(f"{path}save/", {"version": 1, "title": "x"})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "plan_moved_on")
    wanted = {"version": 2, "effective_at": "2199-11-30T00:00:00+08:00"}
    assert office.send(f"{path}schedule/", wanted).json()["state"] == "scheduled"
    assert office.read("territory/plans/").json()["results"][0]["effective_at"] == "2199-11-29T16:00:00Z"
    assert office.send(f"{path}reopen/").json()["state"] == "draft"
    assert office.send(f"{path}withdraw/").json()["state"] == "withdrawn"


def test_boards_are_told(office, world, plan, clock_at, monkeypatch, django_capture_on_commit_callbacks):
    from datetime import UTC, datetime

    sent = []
    monkeypatch.setattr(live, "_send", sent.append)
    path = f"territory/plans/{plan['id']}/"
    clock_at(datetime(2026, 11, 26, tzinfo=UTC))
    office.send(
        f"{path}split/", {"grid": key_of(world.east_grid_1.pk), "line": [[117.882, 36.4], [117.882, 36.6]]}
    )
    office.send(f"{path}schedule/", {"version": 2, "effective_at": "2026-11-30T00:00:00+08:00"})
    clock_at(datetime(2026, 11, 29, 16, tzinfo=UTC))
    with django_capture_on_commit_callbacks(execute=True):
        plans_take_effect()
    (frame,) = sent
    topics, message = frame.split(b"\n")
    assert {b"district", f"org:{EAST}".encode()} <= set(topics.split(b","))
    assert json.loads(message)["type"] == "territory"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "字" * 81}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"grids": [{"key": "n1", "boundary": {"type": "Point", "coordinates": [1, 2]}}]}, "boundary"),
        ({"grids": [{"key": "n1"}]}, "boundary"),
        ({"grids": [{"key": "n1", "boundary": square(36, 117), "station": "9"}]}, "station"),
        ({"grids": [{"key": "n1", "boundary": square(36, 117), "code": "网" * 31}]}, "grids.0.code"),
        ({"grids": [{"code": "x"}]}, "grids.0.key"),
    ],
)
def test_bad_input_names_its_field(office, plan, body, field):
    answer = office.send(f"territory/plans/{plan['id']}/save/", body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_emoji_and_full_width_digits_are_kept(office, plan):
    row = {"key": "n1", "boundary": square(36, 117), "code": "城东-０１７", "community": "🏮社区"}
    body = office.send(f"territory/plans/{plan['id']}/save/", {"grids": [row]}).json()
    assert (body["grids"][0]["code"], body["grids"][0]["community"]) == ("城东-０１７", "🏮社区")


def test_a_file_is_looked_at_and_changes_nothing(office, world):
    bow = {
        "type": "Polygon",
        "coordinates": [[[118, 36], [118.1, 36.1], [118.1, 36], [118, 36.1], [118, 36]]],
    }
    features = [
        _feature("城东-001", world.east_grid_1.boundary),
        _feature("城东-002", square(36.52, 117.86, 0.039)),
        _feature("城东-009", square(36.50, 117.87, 0.01)),
        _feature("城东-010", bow),
        _feature("", square(36, 117)),
        _feature("城东-009", square(36, 117)),
    ]
    body = _upload(office, "import/", _file(*features), retire="true").json()
    assert body["chosen"]["code"] == "code"
    assert body["counts"] == {
        "new": 1, "changed": 1, "removed": 2, "unchanged": 1, "repaired": 0, "problems": 3
    }  # fmt: skip
    assert [row["what"] for row in body["problems"]] == [
        "Self-intersection[118.05 36.05]", "no code", "the code stands in the file twice"
    ]  # fmt: skip
    new = next(row for row in body["rows"] if row["kind"] == "new")
    assert (new["station"], new["community"]) == (EAST, "城东-001社区")  # from the ground it lies on
    repaired = _upload(office, "import/", _file(*features), repair="true").json()["counts"]
    assert (repaired["repaired"], repaired["problems"], repaired["removed"]) == (1, 2, 0)
    assert Grid.objects.count() == 4
    assert not TerritoryPlan.objects.exists()


def test_the_whole_is_asked_for_in_any_usual_way(office, plan):
    read = f"territory/plans/{plan['id']}/"
    assert [office.read(read, whole=word).status_code for word in ("1", "true", "0", "maybe")] == [
        200, 200, 200, 400
    ]  # fmt: skip


def test_a_merge_names_its_field(office, world, plan):
    merge = f"territory/plans/{plan['id']}/merge/"
    apart = [f"g{world.east_grid_1.pk}", f"g{world.south_grid_2.pk}"]
    for grids, code in ((apart[:1], "merge_two"), (apart, "merge_apart")):
        error = office.send(merge, {"grids": grids}).json()["error"]
        assert (error["code"], error["field"]) == (code, "grids")


def test_a_spoilt_grid_does_not_stop_a_file(office, world):
    Grid.objects.filter(code="城东-001").update(boundary={"type": "Polygon"})
    same, new = _feature("城东-001", square(36.48, 117.86)), _feature("城东-009", square(36.53, 117.87, 0.01))
    counts = _upload(office, "import/", _file(same, new)).json()["counts"]
    assert (counts["changed"], counts["new"], counts["problems"]) == (1, 1, 0)


def test_what_is_usable_goes_into_a_draft(office, world, plan):
    features = [
        _feature("城东-009", square(36.60, 117.87, 0.01), s="城东"),
        _feature("", square(36, 117), s=""),
    ]
    columns = json.dumps({"code": "code", "station": "s"})
    path = f"plans/{plan['id']}/import/"
    refused = _upload(office, path, _file(*features), columns=columns)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "import_problems")
    body = _upload(office, path, _file(*features), columns=columns, skip="true").json()
    assert [(row["code"], row["station"]) for row in body["grids"]] == [("城东-009", EAST)]
    assert Grid.objects.count() == 4
    assert AuditEntry.objects.get(code="territory.imported").details["new"] == 1


def test_an_unknown_column_or_station_is_named(office, world):
    file = _feature("城东-009", square(36.6, 117.87), s="天上")
    answer = _upload(office, "import/", _file(file), columns='{"code": "x"}')
    assert answer.json()["error"]["code"] == "column_unknown"
    answer = _upload(office, "import/", _file(file), columns="[1]")
    assert answer.json()["error"]["code"] == "columns_unreadable"
    body = _upload(office, "import/", _file(file), columns='{"code": "code", "station": "s"}').json()
    assert body["problems"][0]["what"] == "unknown station: 天上"
    assert _upload(office, "import/", _file(file), columns="{}").json()["counts"]["new"] == 1


def test_the_territory_as_files(office, world):
    answer = office.read("territory/export/")
    assert len(json.loads(answer.content)["features"]) == 4
    assert answer["Content-Disposition"].endswith('.geojson"')
    packed = office.read("territory/export/", type="gpkg")
    assert packed.content.startswith(b"SQLite format 3")
    file = SimpleUploadedFile("x", packed.content)
    assert _upload(office, "import/", file).json()["counts"]["unchanged"] == 4
    assert as_geojson(grids_at(world.east_car.position_at)) == answer.content


def test_a_post_is_handed_over(office, world):
    from tests.factories.ground import PersonFactory

    person = PersonFactory(organisation_id=EAST)
    body = office.send("territory/posts/城东-001/", {"people": [person.number]}).json()
    assert (body["results"][0]["vacant"], body["results"][0]["people"][0]["number"]) == (False, person.number)
    assert office.send("territory/posts/城东-999/", {"people": []}).status_code == 404
    assert AuditEntry.objects.get(code="post.handed_over").target == "grid 城东-001"


def test_the_session_of_a_browser_needs_its_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.admin, "django.contrib.auth.backends.ModelBackend")
    assert (
        client.post("/api/territory/plans/", {"title": "x"}, content_type="application/json").status_code
        == 403
    )
