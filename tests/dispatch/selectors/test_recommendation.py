"""Whom to send: order, reasons, needs, shortfalls, scope; what was recommended is kept beside what was sent."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from boshan_police.kernel import clock
from boshan_police.kernel.reference import forget_all
from dispatch.actions import describe
from dispatch.models import PlanNeed, ResponsePlan
from dispatch.selectors.board import unit_rows
from dispatch.selectors.preview import preview
from dispatch.selectors.recommendation import recommend, recommendation_rows
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from patrol.models import Unit

PLACE = {"lat": 36.50, "lon": 117.88}


@pytest.fixture(autouse=True)
def _plain_travel(settings: Any) -> None:
    settings.TRAVEL_ROAD_FACTOR, settings.TRAVEL_TURNOUT_SECONDS = 1.0, 0.0
    settings.TRAVEL_SPEEDS_KMH = {"car": 36.0, "traffic": 36.0, "foot": 3.6, "guard": 3.6, "rescue": 36.0}


@pytest.fixture
def fight(world: SimpleNamespace) -> Any:
    return incident_file(actor=world.dispatcher, category="fight", summary="Two men fight", **PLACE).incident


def plan(*needs: tuple[list[str], str, int], category: str | None = None, priority: int = 1) -> None:
    row = ResponsePlan.objects.create(category_id=category, priority=priority)
    for kinds, capability, count in needs:
        PlanNeed.objects.create(plan=row, kinds=kinds, capability=capability, count=count)
    forget_all()


def put(unit: Unit, metres_north: float, **changes: Any) -> None:
    Unit.objects.filter(pk=unit.pk).update(
        lat=PLACE["lat"] + metres_north / 111_195.08, lon=PLACE["lon"], position_at=clock.now(), **changes
    )


def names(found: Any) -> list[str]:
    return [each.unit.call_sign for each in found.candidates]


def test_the_quickest_first_not_the_nearest(world: SimpleNamespace, fight: Any) -> None:
    put(world.east_foot, 300)  # five minutes on foot
    put(world.east_car, 900)  # a minute and a half
    put(world.east_car_2, 1500)
    found = recommend(world.dispatcher, fight)
    assert names(found)[:2] == ["城东01", "城东02"]
    assert names(found).index("城东03") > 1
    assert [each.unit.call_sign for each in found.chosen] == ["城东01"]  # without a plan, one police unit


def test_an_old_position_is_said_and_not_trusted(world: SimpleNamespace, fight: Any) -> None:
    put(world.east_car, 300)
    Unit.objects.filter(pk=world.east_car.pk).update(position_at=clock.now() - timedelta(minutes=8))
    put(world.east_car_2, 1500)
    put(world.east_foot, 3000)
    found = recommend(world.dispatcher, fight)
    assert names(found)[0] == "城东02"
    rows = {row["call_sign"]: row for row in recommendation_rows(fight, found)["units"]}
    assert rows["城东01"]["stale"]
    assert "position 8 min old, not trusted" in [reason["text"] for reason in rows["城东01"]["reasons"]]


def test_needs_take_police_and_the_nearest_guards(world: SimpleNamespace, fight: Any) -> None:
    plan((["car"], "", 2), (["guard"], "", 1))
    put(world.east_car, 900)
    put(world.east_car_2, 1500)
    put(world.squadron, 300)
    found = recommend(world.dispatcher, fight)
    assert {each.unit.call_sign: each.need for each in found.chosen} == {
        "城东中队": 1,
        "城东01": 0,
        "城东02": 0,
    }


def test_what_only_one_can_do_is_left_to_it(world: SimpleNamespace, fight: Any) -> None:
    plan((["car"], "", 1), (["car"], "armed", 1))
    put(world.east_car, 300, capabilities=["armed"])
    put(world.east_car_2, 900)
    found = recommend(world.dispatcher, fight)
    assert {each.unit.call_sign: each.need for each in found.chosen} == {"城东01": 1, "城东02": 0}
    rows = recommendation_rows(fight, found)["units"]
    assert {"code": "capability", "text": "armed"} in rows[0]["reasons"]


def test_a_plan_that_asks_for_more_than_there_is_names_the_shortfall(
    world: SimpleNamespace, fight: Any
) -> None:
    plan((["rescue"], "search", 2), (["car", "foot"], "", 1))
    answer = recommendation_rows(fight, recommend(world.dispatcher, fight))
    assert [need["missing"] for need in answer["needs"]] == [2, 0]
    assert answer["notes"] == ["Short of 2: 2 × rescue team, search"]


def test_a_categorys_own_plan_wins(world: SimpleNamespace, fight: Any) -> None:
    plan((["guard"], "", 1))
    plan((["foot"], "", 1), category="fight")
    assert [each.unit.kind for each in recommend(world.dispatcher, fight).chosen] == ["foot"]


def test_who_is_on_the_way_already_counts(world: SimpleNamespace, fight: Any) -> None:
    plan((["car"], "", 2))
    assignment_create(actor=world.dispatcher, number=fight.number, units=[world.south_car.pk])
    fight.refresh_from_db()
    found = recommend(world.dispatcher, fight)
    assert (found.sent, len(found.chosen)) == ([1], 1)
    assert "山头01" not in names(found)


def test_units_without_a_position_are_counted_not_ranked(world: SimpleNamespace, fight: Any) -> None:
    Unit.objects.filter(pk=world.east_car.pk).update(lat=None, lon=None, position_at=None)
    answer = recommendation_rows(fight, recommend(world.dispatcher, fight))
    assert answer["unplaced"] == 1
    assert "1 free unit without a position is not ranked" in answer["notes"]
    assert "城东01" not in [row["call_sign"] for row in answer["units"]]


def test_an_incident_without_a_place(world: SimpleNamespace) -> None:
    incident = incident_file(actor=world.dispatcher, category="fight", summary="Somewhere").incident
    answer = recommendation_rows(incident, recommend(world.dispatcher, incident))
    assert answer["units"] == []
    assert answer["notes"] == ["The incident has no place on the map, so nobody can be ranked."]


def test_a_shift_about_to_end_is_said(world: SimpleNamespace, fight: Any) -> None:
    put(world.east_car, 100, duty_until=clock.now() + timedelta(minutes=12, seconds=30))
    put(world.east_car_2, 200, duty_until=clock.now() - timedelta(minutes=1))
    rows = {
        row["call_sign"]: row
        for row in recommendation_rows(fight, recommend(world.dispatcher, fight))["units"]
    }
    assert "its shift ends in 12 min" in [reason["text"] for reason in rows["城东01"]["reasons"]]
    assert "its shift is over" in [reason["text"] for reason in rows["城东02"]["reasons"]]


def test_a_station_commander_is_shown_whom_he_may_send(world: SimpleNamespace, fight: Any, api: Any) -> None:
    plan((["car"], "", 1), (["guard"], "", 1))
    answer = api(world.east_commander).read(f"incidents/{fight.number}/recommendation/").json()
    assert {row["call_sign"] for row in answer["units"]} == {"城东01", "城东02", "城东03", "城东中队"}


@pytest.mark.parametrize(
    ("who", "status"), [("east_officer", 403), ("guard", 403), ("admin", 403), ("south_commander", 404)]
)
@pytest.mark.parametrize("what", ["recommendation/", "preview/?units=1"])
def test_who_may_not(world: SimpleNamespace, fight: Any, api: Any, who: str, status: int, what: str) -> None:
    assert api(getattr(world, who)).get(f"/api/incidents/{fight.number}/{what}").status_code == status


def test_in_chinese(world: SimpleNamespace, fight: Any) -> None:
    with translation.override("zh-hans"):
        answer = recommendation_rows(fight, recommend(world.dispatcher, fight))
    assert answer["needs"][0]["text"].startswith("1 × 警车")


def test_what_was_recommended_stands_beside_what_was_sent(
    world: SimpleNamespace, fight: Any, api: Any
) -> None:
    Unit.objects.exclude(call_sign__in=["城东01", "山头01"]).update(status=Unit.Status.OFF_DUTY)
    put(world.east_car, 300)
    client = api(world.dispatcher)
    client.send(f"incidents/{fight.number}/assignments/", {"units": ["山头01"]})
    told = client.read(f"incidents/{fight.number}/events/").json()["results"]
    assert [(entry["code"], entry["text"]) for entry in told][1:] == [
        ("dispatch.recommended", "Recommended: 城东01 about 1 min"),
        ("unit.dispatched", "山头01 dispatched"),
    ]
    with translation.override("zh-hans"):  # each reader in the own language, whoever acted
        assert describe(told[1]["code"], told[1]["data"]) == "推荐：城东01 约 1 分"


def test_a_large_force_costs_no_more_queries(
    world: SimpleNamespace, fight: Any, django_assert_max_num_queries: Any
) -> None:
    plan((["car"], "", 2), (["guard"], "", 1))
    recommend(world.dispatcher, fight)
    with django_assert_max_num_queries(6):
        recommend(world.dispatcher, fight)


# --- Preview --------------------------------------------------------------------------------------------


def test_sending_the_only_unit_uncovers_its_ground(world: SimpleNamespace, fight: Any) -> None:
    Unit.objects.exclude(pk=world.east_car.pk).update(status=Unit.Status.OFF_DUTY)
    put(world.east_car, 0)
    forget_all()
    answer = preview(world.dispatcher, fight, [world.east_car.pk])
    assert answer["uncovered"] == 4
    assert {row["grid"]: row["after"] for row in answer["grids"]} == dict.fromkeys(
        ("城东-001", "城东-002", "山头-001", "山头-002")
    )
    assert answer["alternative"] is None


def test_an_alternative_that_uncovers_less_is_named(world: SimpleNamespace, fight: Any) -> None:
    Unit.objects.update(status=Unit.Status.OFF_DUTY)
    put(world.east_car, 0, status="free")  # alone in the east
    for car in (world.south_car, world.south_car_2):  # two side by side
        put(car, 0, status="free")
        Unit.objects.filter(pk=car.pk).update(lon=117.905)
    forget_all()
    answer = preview(world.dispatcher, fight, [world.east_car.pk])
    assert answer["uncovered"] > 0
    assert answer["alternative"]["call_sign"] in {"山头01", "山头02"}
    assert (answer["alternative"]["instead_of"], answer["alternative"]["uncovered"]) == (world.east_car.pk, 0)


def test_preview_by_call_sign_and_of_nobody(world: SimpleNamespace, fight: Any, api: Any) -> None:
    client = api(world.dispatcher)
    assert client.read(f"incidents/{fight.number}/preview/", units="城东01").status_code == 200
    assert client.read(f"incidents/{fight.number}/preview/").json()["error"]["field"] == "units"
    wrong = client.read(f"incidents/{fight.number}/preview/", units="城东99")
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "units")


def test_the_plans_of_the_demo_name_what_units_can_do(world: SimpleNamespace) -> None:
    from boshan_police.demo_world.configuration import response_plans
    from patrol.models import CAPABILITIES

    for _plan, needs in response_plans():
        for kinds, capability, count in needs:
            assert kinds
            assert count > 0
            assert not capability or capability in CAPABILITIES


def test_a_unit_without_a_position_uncovers_nothing_and_can_be_sent_all_the_same(
    world: SimpleNamespace, fight: Any
) -> None:
    """It stands nowhere, so nobody counted on it."""
    Unit.objects.filter(pk=world.south_car.pk).update(lat=None, lon=None, position_at=None)
    answer = preview(world.dispatcher, fight, [world.south_car.pk])
    assert (answer["uncovered"], answer["grids"], answer["alternative"]) == (0, [], None)
    with_another = preview(world.dispatcher, fight, [world.south_car.pk, world.east_car.pk])
    assert with_another == preview(world.dispatcher, fight, [world.east_car.pk])
    (sent,) = assignment_create(actor=world.dispatcher, number=fight.number, units=[world.south_car.pk])
    rows = {row["call_sign"]: row for row in unit_rows(Unit.objects.all())}
    assert sent.unit_id == world.south_car.pk
    assert (rows["山头01"]["lat"], rows["山头01"]["lon"], rows["山头01"]["status"]) == (
        None,
        None,
        "assigned",
    )


def test_a_plan_that_asks_for_more_than_exists_names_what_is_short(
    world: SimpleNamespace, fight: Any
) -> None:
    plan((["car"], "", 20), (["rescue"], "search", 1))
    found = recommend(world.dispatcher, fight)
    assert len(found.chosen) == 4  # every car there is
    notes = recommendation_rows(fight, found)["notes"]
    assert [note for note in notes if note.startswith("Short of")] == [
        "Short of 16: 20 × police car",
        "Short of 1: 1 × rescue team, search",
    ]
