"""A plan of the territory from draft to force: edited, checked, scheduled, applied at its instant, once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from shapely.geometry import shape

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.models import AuditEntry
from boshan_police.kernel.reference import forget_all
from dispatch.services.incident import incident_file
from grid.models import FormerGrid, Grid, Posting, TerritoryPlan
from grid.selectors.territory import territory
from grid.selectors.territory_plan import (
    grids_at,
    key_of,
    plan_document,
    territory_faults,
    territory_rows,
)
from grid.services.posting import post_hand_over
from grid.services.territory_effect import plan_reopen, plan_schedule, plan_withdraw, plans_take_effect
from grid.services.territory_plan import plan_create, plan_mend, plan_merge, plan_save, plan_split
from tests.factories.ground import PersonFactory, square
from tests.world import EAST

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
MONDAY = datetime(2026, 11, 29, 16, tzinfo=UTC)  # Monday 30 November, 00:00 in Shanghai
WEST_OF_LINE, EAST_OF_LINE = {"lat": 36.50, "lon": 117.87}, {"lat": 36.50, "lon": 117.89}
# grid 城东-001 is 36.48–36.52 × 117.86–117.90: cut into a western 0.022° and an eastern 0.018°
LINE = [[117.882, 36.48], [117.882, 36.52]]


@pytest.fixture
def held(clock_at):
    return clock_at(NOON)


@pytest.fixture
def draft(world, held):
    return plan_create(actor=world.admin, title="城东-001 一分为二", reason="人口增加")


def _key(grid):
    return key_of(grid.pk)


def _split(world, plan):
    return plan_split(actor=world.admin, key=plan.pk, grid=_key(world.east_grid_1), line=LINE)


def _schedule(world, plan, at=MONDAY, **more):
    plan.refresh_from_db()
    return plan_schedule(actor=world.admin, key=plan.pk, version=plan.version, effective_at=at, **more)


def _moved_east(world, plan, by=0.01):
    """城东-002 grows to the south, over 城东-001."""
    boundary = square(36.52 - by, 117.86)
    return plan_save(
        actor=world.admin, key=plan.pk, grids=[{"key": _key(world.east_grid_2), "boundary": boundary}]
    )


def test_a_split_takes_effect_on_monday_and_old_incidents_stay(world, draft, clock_at):
    officer = PersonFactory(organisation_id=EAST)
    Posting.objects.create(person=officer, grid=world.east_grid_1, period=(NOON - timedelta(days=30), None))
    before = incident_file(
        actor=world.dispatcher, category="fight", summary="Before", **EAST_OF_LINE
    ).incident
    _plan, made = _split(world, draft)
    _schedule(world, draft)

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
    _split(world, draft)
    _schedule(world, draft)
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
    _split(world, draft)
    _schedule(world, draft)
    clock_at(MONDAY + timedelta(hours=2))
    plans_take_effect()
    draft.refresh_from_db()
    assert draft.late_seconds == 7200
    assert FormerGrid.objects.get().period.upper == MONDAY
    assert AuditEntry.objects.get(code="territory.in_force").details["late_seconds"] == 7200
    assert plan_document(draft)["late_seconds"] == 7200


def test_once_and_never_again(world, draft, clock_at, django_assert_num_queries):
    _split(world, draft)
    _schedule(world, draft)
    clock_at(MONDAY)
    assert len(plans_take_effect()) == 1
    with django_assert_num_queries(1):
        assert plans_take_effect() == []
    assert Grid.objects.filter(code="城东-003").count() == 1


def test_a_failure_halfway_leaves_it_due(world, draft, clock_at, monkeypatch):
    _split(world, draft)
    _schedule(world, draft)
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
    plan_merge(actor=world.admin, key=draft.pk, grids=[_key(world.east_grid_1), _key(world.east_grid_2)])
    _schedule(world, draft)
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


def test_a_plan_is_read_in_few_queries(world, draft, django_assert_max_num_queries):
    plan_merge(actor=world.admin, key=draft.pk, grids=[_key(world.east_grid_1), _key(world.east_grid_2)])
    with django_assert_max_num_queries(4):
        plan_document(draft)


def test_an_overlap_is_kept_in_the_draft_but_not_scheduled(world, draft):
    _moved_east(world, draft)
    document = plan_document(draft)
    (overlap,) = [fault for fault in document["faults"] if fault["kind"] == "overlap"]
    assert set(overlap["codes"]) == {"城东-001", "城东-002"}
    with pytest.raises(Conflict) as caught:
        _schedule(world, draft, accept_warnings=True)
    assert caught.value.code == "plan_faults"
    assert draft.grids.get().boundary["coordinates"][0][0] == [117.86, pytest.approx(36.51)]


def test_an_overlap_and_a_gap_are_mended(world, draft):
    _moved_east(world, draft)
    for kind in ("overlap", "gap"):
        fault = next(one for one in plan_document(draft)["faults"] if one["kind"] == kind)
        plan_mend(actor=world.admin, key=draft.pk, fault=fault["name"])
    assert [one for one in plan_document(draft)["faults"] if one["kind"] in {"gap", "overlap"}] == []
    with pytest.raises(Conflict, match="fault_gone"):
        plan_mend(actor=world.admin, key=draft.pk, fault="nothing")


def test_a_self_crossing_is_kept_and_shown(world, draft):
    bow = {
        "type": "Polygon",
        "coordinates": [[[118, 36], [118.1, 36.1], [118.1, 36], [118, 36.1], [118, 36]]],
    }
    plan_save(actor=world.admin, key=draft.pk, grids=[{"key": "n1", "boundary": bow, "code": "城东-010"}])
    faults = {fault["kind"] for fault in plan_document(draft)["faults"]}
    assert {"crossing", "unnamed"} <= faults
    with pytest.raises(Conflict, match="plan_faults"):
        _schedule(world, draft, accept_warnings=True)


def test_gaps_are_shown_and_may_be_meant(world, draft):
    smaller = square(36.53, 117.86, 0.03)
    plan_save(actor=world.admin, key=draft.pk, grids=[{"key": _key(world.east_grid_2), "boundary": smaller}])
    with pytest.raises(Conflict) as caught:
        _schedule(world, draft)
    assert caught.value.code == "plan_warnings"
    assert caught.value.details["kinds"] == ["gap"]
    assert _schedule(world, draft, accept_warnings=True).state == "scheduled"


def test_the_second_plan_for_a_grid_is_refused_by_name(world, draft):
    _split(world, draft)
    _schedule(world, draft)
    other = plan_create(actor=world.admin, title="另一个方案")
    _split(world, other)
    with pytest.raises(Conflict) as caught:
        _schedule(world, other, at=MONDAY + timedelta(days=7))
    assert caught.value.code == "grid_planned"
    assert caught.value.details["plan"] == draft.pk
    assert "城东-001 一分为二" in str(caught.value.message)
    plan_reopen(actor=world.admin, key=draft.pk)
    assert _schedule(world, other).state == "scheduled"


def test_a_grid_that_changed_meanwhile_says_what(world, draft):
    _split(world, draft)
    Grid.objects.filter(pk=world.east_grid_1.pk).update(
        community="新社区", boundary=square(36.48, 117.86, 0.039)
    )
    with pytest.raises(Conflict) as caught:
        _schedule(world, draft, accept_warnings=True)
    assert caught.value.code == "plan_stale"
    assert caught.value.details["grids"] == {"城东-001": ["community", "boundary"]}
    plan_save(actor=world.admin, key=draft.pk, grids=[{"key": _key(world.east_grid_1), "rebase": True}])
    assert _schedule(world, draft, accept_warnings=True).state == "scheduled"


def test_a_plan_that_no_longer_fits_goes_back_and_says_why(world, draft, clock_at):
    _split(world, draft)
    _schedule(world, draft)
    Grid.objects.filter(pk=world.east_grid_1.pk).update(community="新社区")
    clock_at(MONDAY)
    assert plans_take_effect() == []
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "城东-001" in plan_document(draft)["halted"]
    assert AuditEntry.objects.filter(code="territory.halted").count() == 1


def test_codes_are_given_once(world, draft):
    _split(world, draft)
    other = plan_create(actor=world.admin, title="b")
    _plan, made = plan_split(
        actor=world.admin, key=other.pk, grid=_key(world.east_grid_2), line=[[117.88, 36.5], [117.88, 36.57]]
    )
    assert other.grids.get(key=made).code == "城东-004"  # 003 stands in the other draft
    plan_save(actor=world.admin, key=other.pk, grids=[{"key": made, "code": "山头-001"}])
    assert "twice" in {fault["kind"] for fault in plan_document(other)["faults"]}


def test_two_may_swap_their_codes(world, draft, clock_at):
    one, two = world.east_grid_1, world.east_grid_2
    rows = [{"key": _key(one), "code": "城东-002"}, {"key": _key(two), "code": "城东-001"}]
    plan_save(actor=world.admin, key=draft.pk, grids=rows)
    _schedule(world, draft)
    clock_at(MONDAY)
    plans_take_effect()
    assert dict(Grid.objects.filter(pk__in=[one.pk, two.pk]).values_list("pk", "code")) == {
        one.pk: "城东-002", two.pk: "城东-001"
    }  # fmt: skip


def test_the_slower_editor_is_told(world, draft):
    plan_save(actor=world.admin, key=draft.pk, version=1, title="neu")
    with pytest.raises(Conflict) as caught:
        plan_save(actor=world.admin, key=draft.pk, version=1, title="alt")
    assert caught.value.code == "plan_moved_on"
    draft.refresh_from_db()
    assert draft.title == "neu"


def test_what_is_decided_is_no_draft(world, draft):
    _split(world, draft)
    _schedule(world, draft)
    with pytest.raises(Conflict, match="plan_not_draft"):
        plan_save(actor=world.admin, key=draft.pk, title="x")
    plan_withdraw(actor=world.admin, key=draft.pk)
    assert plan_withdraw(actor=world.admin, key=draft.pk).state == "withdrawn"
    with pytest.raises(Conflict, match="plan_state"):
        plan_reopen(actor=world.admin, key=draft.pk)


def test_an_instant_behind_us_and_an_empty_plan_are_refused(world, draft):
    with pytest.raises(Invalid, match="plan_empty"):
        _schedule(world, draft)
    with pytest.raises(Invalid, match="effect_past"):
        _schedule(world, draft, at=NOON)


def test_others_may_not(world, draft):
    for who in (world.dispatcher, world.watch, world.east_commander, world.east_grid):
        with pytest.raises(Refused):
            plan_create(actor=who, title="x")
        with pytest.raises(Refused):
            plan_save(actor=who, key=draft.pk, title="x")
        with pytest.raises(Refused):
            plan_withdraw(actor=who, key=draft.pk)
        with pytest.raises(Refused):
            post_hand_over(actor=who, code="城东-001", people=[])


def test_unknown_things_are_told(world, draft):
    with pytest.raises(NotFound):
        plan_save(actor=world.admin, key=10**9)
    with pytest.raises(NotFound):
        plan_split(actor=world.admin, key=draft.pk, grid="g999999", line=LINE)
    for key in ("x", "g12345", "n", "n" + "a" * 39):
        with pytest.raises(Invalid, match="grid_unknown"):
            plan_save(actor=world.admin, key=draft.pk, grids=[{"key": key, "boundary": square(36, 117)}])


def test_the_post_is_handed_over_in_one_act(world, held):
    old, new = PersonFactory(organisation_id=EAST), PersonFactory(organisation_id=EAST)
    since = NOON - timedelta(days=30)
    Posting.objects.create(person=old, grid=world.east_grid_1, period=(since, None))
    post_hand_over(actor=world.admin, code="城东-001", people=[new.number])
    posts = {post.person_id: post.period for post in Posting.objects.all()}
    assert (posts[old.pk].lower, posts[old.pk].upper) == (since, NOON)
    assert (posts[new.pk].lower, posts[new.pk].upper) == (NOON, None)
    post_hand_over(actor=world.admin, code="城东-001", people=[new.number])  # a repeat changes nothing
    assert Posting.objects.count() == 2
    with pytest.raises(Invalid, match="person_unknown"):
        post_hand_over(actor=world.admin, code="城东-001", people=["nobody"])
    assert not next(row for row in territory_rows() if row["code"] == "城东-001")["vacant"]
    assert next(row for row in territory_rows() if row["code"] == "城东-002")["vacant"]


def test_the_post_of_a_split_grid_is_part_of_the_plan(world, draft, clock_at):
    old, new = PersonFactory(organisation_id=EAST), PersonFactory(organisation_id=EAST)
    Posting.objects.create(person=old, grid=world.east_grid_1, period=(NOON, None))
    _plan, made = _split(world, draft)
    rows = [
        {"key": _key(world.east_grid_1), "people": [new.number]},
        {"key": made, "people": [old.number]},
    ]
    plan_save(actor=world.admin, key=draft.pk, grids=rows)
    _schedule(world, draft)
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
        _split(world, plan)
        _schedule(world, plan)
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


def test_two_plans_for_one_grid_scheduled_in_the_same_second(committed_world):
    world = committed_world
    with clock.at(NOON):
        plans = [plan_create(actor=world.admin, title=name) for name in "ab"]
        for plan in plans:
            _split(world, plan)
    results, start = [], threading.Barrier(2)

    def decide(plan):
        start.wait()
        with clock.at(NOON):
            try:
                results.append(_schedule(world, plan).state)
            except Conflict as error:
                results.append(error.code)
        connection.close()

    threads = [threading.Thread(target=decide, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["grid_planned", "scheduled"]
