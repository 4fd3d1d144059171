"""GET /api/categories/ and /api/units/."""

import pytest

from dispatch.api.output import CategoryOutput, UnitOutput
from dispatch.models import Category

from .conftest import assert_shape


def test_categories_in_use(api, world):
    Category.objects.filter(code="noise").update(active=False)
    client = api(world.guard)
    rows = client.read("categories/").json()["results"]
    for row in rows:
        assert_shape(row, CategoryOutput)
    codes = {row["code"] for row in rows}
    assert "fight" in codes
    assert "noise" not in codes
    fight = next(row for row in rows if row["code"] == "fight")
    assert (fight["label"], fight["group_label"]) == ("Fight", "Public order")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    assert "打架斗殴" in {row["label"] for row in client.read("categories/").json()["results"]}


def test_no_query_but_the_token(api, world, django_assert_num_queries):
    client = api(world.dispatcher)
    client.read("categories/")
    with django_assert_num_queries(1):
        client.read("categories/")


def _signs(response):
    assert response.status_code == 200, response.content
    return {row["call_sign"] for row in response.json()["results"]}


def test_units_with_the_incident_they_are_on(api, world, file, send):
    incident = file()
    send(incident)
    rows = api(world.dispatcher).read("units/").json()["results"]
    for row in rows:
        assert_shape(row, UnitOutput)
    assert {row["call_sign"]: row["incident"] for row in rows}["城东01"] == incident.number


def test_unit_filters_and_pages(api, world, file, send):
    send(file())
    client = api(world.dispatcher)
    everything = _signs(client.read("units/"))
    assert {"城东01", "城东02", "山头01", "城东中队"} <= everything
    assert _signs(client.read("units/", status="assigned")) == {"城东01"}
    assert "城东中队" in _signs(client.read("units/", kind="guard,rescue"))
    assert "城东01" not in _signs(client.read("units/", kind="guard,rescue"))
    assert _signs(client.read("units/", organisation=world.south_car.organisation_id)) <= everything
    assert _signs(client.read("units/", text="头01")) == {"山头01"}
    world.east_car_2.capabilities = ["drone"]
    world.east_car_2.save()
    assert _signs(client.read("units/", capability="drone")) == {"城东02"}
    page = client.read("units/", page_size=2).json()
    seen = {row["call_sign"] for row in page["results"]}
    while page["next"]:
        page = client.get(page["next"]).json()
        seen |= {row["call_sign"] for row in page["results"]}
    assert seen == everything


def test_unit_scope(api, world):
    assert _signs(api(world.guard).read("units/")) == {"城东中队"}
    east = _signs(api(world.east_officer).read("units/"))
    assert {"城东01", "城东中队"} <= east
    assert "山头01" not in east


@pytest.mark.parametrize("query", [{"kind": "tank"}, {"status": "asleep"}, {"text": "\x00"}])
def test_bad_unit_filters(api, world, query):
    response = api(world.dispatcher).read("units/", **query)
    assert response.status_code == 400
    assert response.json()["error"]["field"] in query


@pytest.mark.parametrize("path", ["categories/", "units/", "incidents/", "organisations/", "tokens/"])
def test_nothing_without_an_account(api, path):
    response = api(None).read(path)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_authenticated")
