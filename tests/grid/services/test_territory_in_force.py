"""A scheduled plan comes into force: at its instant, once, whole; what was before is kept."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from shapely.geometry import shape

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from boshan_police.kernel.reference import forget_all
from dispatch.services.incident import incident_file
from grid.models import FormerGrid, Grid, Posting, TerritoryPlan
from grid.selectors.territory import territory
from grid.selectors.territory_plan import grids_at, plan_document, territory_faults, territory_rows
from grid.services.territory_effect import plans_take_effect
from grid.services.territory_plan import plan_create, plan_merge, plan_save
from tests.factories.ground import PersonFactory, square
from tests.grid.services.drafts import MONDAY, NOON, grid_key, schedule, split
from tests.world import EAST

WEST_OF_LINE, EAST_OF_LINE = {"lat": 36.50, "lon": 117.87}, {"lat": 36.50, "lon": 117.89}


def test_a_split_takes_effect_on_monday_and_old_incidents_stay(world, draft, clock_at):
    officer = PersonFactory(organisation_id=EAST)
    Posting.objects.create(person=officer, grid=world.east_grid_1, period=(NOON - timedelta(days=30), None))
    before = incident_file(
        actor=world.dispatcher, category="fight", summary="Before", **EAST_OF_LINE
    ).incident
    _plan, made = split(world, draft)
    schedule(world, draft)

    clock_at(MONDAY - timedelta(seconds=1))
    assert plans_take_effect() == []
    assert not Grid.objects.filter(code="城东-003").exists()

    clock_at(MONDAY)
    assert [plan.pk for plan in plans_take_effect()] == [draft.pk]
    forget_all()
    draft.refresh_from_db()
    assert (draft.state, draft.applied_at, draft.late_seconds) == ("in_force", MONDAY, 0)
    after = incident_file(actor=world.dispatcher, category="noise", summary="After", **EAST_OF_LINE).incident
    before.refresh_from_db()
    assert before.grid.code == "城东-001"
    assert after.grid.code == "城东-003"
    assert territory().locate(**WEST_OF_LINE).grid_code == "城东-001"
    parts = [shape(grid.boundary) for grid in Grid.objects.filter(code__in=["城东-001", "城东-003"])]
    assert parts[0].union(parts[1]).equals(shape(square(36.48, 117.86)))
    assert territory_faults() == []
    # the post stays with the larger part; the other has nobody, visibly
    vacant = {row["code"] for row in territory_rows() if row["vacant"]}
    assert "城东-003" in vacant
    assert "城东-001" not in vacant


def test_the_past_is_kept_with_its_period(world, draft, clock_at):
    split(world, draft)
    schedule(world, draft)
    clock_at(MONDAY)
    plans_take_effect()
    former = FormerGrid.objects.get()
    assert (former.grid_id, former.period.lower, former.period.upper) == (
        world.east_grid_1.pk, None, MONDAY
    )  # fmt: skip
    then = {row["code"]: row["boundary"] for row in grids_at(MONDAY - timedelta(seconds=1))}
    now = {row["code"]: row["boundary"] for row in grids_at(MONDAY)}
    assert then["城东-001"] == world.east_grid_1.boundary != now["城东-001"]
    assert "城东-003" not in then
    assert len(now) == len(then) + 1


def test_a_dead_worker_makes_it_late_and_it_says_so(world, draft, clock_at):
    split(world, draft)
    schedule(world, draft)
    clock_at(MONDAY + timedelta(hours=2))
    plans_take_effect()
    draft.refresh_from_db()
    assert draft.late_seconds == 7200
    assert FormerGrid.objects.get().period.upper == MONDAY
    assert AuditEntry.objects.get(code="territory.in_force").details["late_seconds"] == 7200
    assert plan_document(draft)["late_seconds"] == 7200


def test_once_and_never_again(world, draft, clock_at, django_assert_num_queries):
    split(world, draft)
    schedule(world, draft)
    clock_at(MONDAY)
    assert len(plans_take_effect()) == 1
    with django_assert_num_queries(1):
        assert plans_take_effect() == []
    assert Grid.objects.filter(code="城东-003").count() == 1


def test_a_failure_halfway_leaves_it_due(world, draft, clock_at, monkeypatch):
    split(world, draft)
    schedule(world, draft)
    clock_at(MONDAY)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("grid.services.territory_effect._everybody", killed)
        with pytest.raises(KeyboardInterrupt):
            plans_take_effect()
    draft.refresh_from_db()
    assert draft.state == "scheduled"
    assert not Grid.objects.filter(code="城东-003").exists()
    assert len(plans_take_effect()) == 1


def test_a_merge_retires_the_others(world, draft, clock_at):
    incident = incident_file(actor=world.dispatcher, category="fight", summary="x", lat=36.54, lon=117.88)
    assert incident.incident.grid.code == "城东-002"
    plan_merge(
        actor=world.admin, key=draft.pk, grids=[grid_key(world.east_grid_1), grid_key(world.east_grid_2)]
    )
    schedule(world, draft)
    clock_at(MONDAY)
    plans_take_effect()
    forget_all()
    assert territory().locate(36.54, 117.88).grid_code == "城东-001"
    retired = Grid.objects.get(code="城东-002")
    assert retired.valid_until == MONDAY
    incident.incident.refresh_from_db()
    assert territory().grid_code(incident.incident.grid_id) == "城东-002"
    assert "城东-002" in {row["code"] for row in grids_at(MONDAY - timedelta(seconds=1))}
    assert "城东-002" not in {row["code"] for row in grids_at(MONDAY)}


def test_a_plan_that_no_longer_fits_goes_back_and_says_why(world, draft, clock_at):
    split(world, draft)
    schedule(world, draft)
    Grid.objects.filter(pk=world.east_grid_1.pk).update(community="新社区")
    clock_at(MONDAY)
    assert plans_take_effect() == []
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "城东-001" in plan_document(draft)["halted"]
    assert AuditEntry.objects.filter(code="territory.halted").count() == 1


def test_two_may_swap_their_codes(world, draft, clock_at):
    one, two = world.east_grid_1, world.east_grid_2
    rows = [{"key": grid_key(one), "code": "城东-002"}, {"key": grid_key(two), "code": "城东-001"}]
    plan_save(actor=world.admin, key=draft.pk, grids=rows)
    schedule(world, draft)
    clock_at(MONDAY)
    plans_take_effect()
    assert dict(Grid.objects.filter(pk__in=[one.pk, two.pk]).values_list("pk", "code")) == {
        one.pk: "城东-002", two.pk: "城东-001"
    }  # fmt: skip


def test_the_post_of_a_split_grid_is_part_of_the_plan(world, draft, clock_at):
    old, new = PersonFactory(organisation_id=EAST), PersonFactory(organisation_id=EAST)
    Posting.objects.create(person=old, grid=world.east_grid_1, period=(NOON, None))
    _plan, made = split(world, draft)
    rows = [
        {"key": grid_key(world.east_grid_1), "people": [new.number]},
        {"key": made, "people": [old.number]},
    ]
    plan_save(actor=world.admin, key=draft.pk, grids=rows)
    schedule(world, draft)
    clock_at(MONDAY)
    plans_take_effect()
    clock_at(MONDAY + timedelta(seconds=1))
    serving = {row["code"]: [one["number"] for one in row["people"]] for row in territory_rows()}
    assert serving["城东-001"] == [new.number]
    assert serving["城东-003"] == [old.number]


def test_two_workers_apply_it_once(committed_world):
    world = committed_world
    with clock.at(NOON):
        plan = plan_create(actor=world.admin, title="x")
        split(world, plan)
        schedule(world, plan)
    done, start = [], threading.Barrier(4)

    def work():
        start.wait()
        with clock.at(MONDAY):
            done.extend(plans_take_effect())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert Grid.objects.filter(code="城东-003").count() == 1
    assert TerritoryPlan.objects.get().version == 4
