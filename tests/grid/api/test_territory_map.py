"""GET /api/grids/"""

import gzip
import json

from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry import shape

from boshan_police.kernel import reference
from grid.models import Grid
from tests.world import EAST, SOUTH


def features(response, kind):
    return [f for f in response.json()["features"] if f["properties"]["kind"] == kind]


def test_layers(api, world):
    response = api(world.east_grid).read("grids/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/geo+json"
    grids = features(response, "grid")
    assert [f["properties"]["code"] for f in grids] == ["城东-001", "城东-002", "山头-001", "山头-002"]
    assert grids[0]["properties"] == {
        "kind": "grid", "code": "城东-001", "station": EAST, "community": "城东-001社区"
    }  # fmt: skip
    assert shape(grids[0]["geometry"]).equals(shape(world.east_grid_1.boundary))
    stations = {f["properties"]["code"]: f for f in features(response, "station")}
    assert set(stations) == {EAST, SOUTH}
    assert shape(stations[EAST]["geometry"]).bounds == (117.86, 36.48, 117.9, 36.56)
    assert stations[EAST]["properties"] == {
        "kind": "station", "code": EAST, "name": "城东", "name_en": "Chengdong"
    }  # fmt: skip
    (district,) = features(response, "district")
    assert shape(district["geometry"]).bounds == (117.86, 36.48, 117.94, 36.56)
    assert len(district["geometry"]["coordinates"]) == 1


def test_five_digits(api, world):
    boundary = world.east_grid_1.boundary
    boundary["coordinates"][0][0] = boundary["coordinates"][0][-1] = [117.8600049, 36.4800012]
    Grid.objects.filter(pk=world.east_grid_1.pk).update(boundary=boundary)
    reference.forget_all()
    text = api(world.dispatcher).read("grids/").content.decode()
    assert "117.86000" not in text
    numbers = [
        n
        for f in json.loads(text)["features"]
        for ring in f["geometry"]["coordinates"]
        for p in ring
        for n in p
    ]
    assert all(round(n, 5) == n for n in numbers)


def test_not_modified(api, world):
    client = api(world.dispatcher)
    first = client.read("grids/")
    assert first["ETag"].startswith('"')
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get("/api/grids/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    several = client.get("/api/grids/", headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert several.status_code == 304
    assert client.get("/api/grids/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_change_gives_another_etag(api, world, monkeypatch):
    client = api(world.dispatcher)
    before = client.read("grids/")["ETag"]
    Grid.objects.filter(code="城东-001").update(community="新社区")
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    after = client.get("/api/grids/", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after["ETag"] != before
    assert "新社区" in after.content.decode()


def test_compressed(api, world):
    client = api(world.dispatcher)
    plain = client.read("grids/")
    packed = client.get("/api/grids/", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]  # strong: each encoding has its own bytes
    assert "Accept-Encoding" in packed["Vary"]
    held = client.get("/api/grids/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert held.status_code == 304


def test_needs_an_account(api, world):
    assert api(None).read("grids/").status_code == 401
    assert api(world.guard).read("grids/").status_code == 200


def test_built_once(api, world):
    client = api(world.dispatcher)
    client.read("grids/")
    with CaptureQueriesContext(connection) as queries:
        client.read("grids/")
    assert not [q for q in queries if "grid_grid" in q["sql"]]


def test_without_grids(api, world):
    Grid.objects.all().delete()
    reference.forget_all()
    assert api(world.dispatcher).read("grids/").json() == {"type": "FeatureCollection", "features": []}
