"""A plan of the territory as a draft: edited, checked, mended, decided or refused."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from grid.models import Grid
from grid.selectors.territory_plan import plan_document
from grid.services.posting import post_hand_over
from grid.services.territory_effect import plan_reopen, plan_withdraw
from grid.services.territory_plan import plan_create, plan_mend, plan_merge, plan_save, plan_split
from tests.factories.ground import square
from tests.grid.services.drafts import LINE, MONDAY, NOON, grid_key, schedule, split


def _moved_east(world, plan, by=0.01):
    """城东-002 grows to the south, over 城东-001."""
    boundary = square(36.52 - by, 117.86)
    return plan_save(
        actor=world.admin, key=plan.pk, grids=[{"key": grid_key(world.east_grid_2), "boundary": boundary}]
    )


def test_a_plan_is_read_in_few_queries(world, draft, django_assert_max_num_queries):
    plan_merge(
        actor=world.admin, key=draft.pk, grids=[grid_key(world.east_grid_1), grid_key(world.east_grid_2)]
    )
    with django_assert_max_num_queries(4):
        plan_document(draft)


def test_an_overlap_is_kept_in_the_draft_but_not_scheduled(world, draft):
    _moved_east(world, draft)
    document = plan_document(draft)
    (overlap,) = [fault for fault in document["faults"] if fault["kind"] == "overlap"]
    assert set(overlap["codes"]) == {"城东-001", "城东-002"}
    with pytest.raises(Conflict) as caught:
        schedule(world, draft, accept_warnings=True)
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
        schedule(world, draft, accept_warnings=True)


def test_gaps_are_shown_and_may_be_meant(world, draft):
    smaller = square(36.53, 117.86, 0.03)
    plan_save(
        actor=world.admin, key=draft.pk, grids=[{"key": grid_key(world.east_grid_2), "boundary": smaller}]
    )
    with pytest.raises(Conflict) as caught:
        schedule(world, draft)
    assert caught.value.code == "plan_warnings"
    assert caught.value.details["kinds"] == ["gap"]
    assert schedule(world, draft, accept_warnings=True).state == "scheduled"


def test_the_second_plan_for_a_grid_is_refused_by_name(world, draft):
    split(world, draft)
    schedule(world, draft)
    other = plan_create(actor=world.admin, title="另一个方案")
    split(world, other)
    with pytest.raises(Conflict) as caught:
        schedule(world, other, at=MONDAY + timedelta(days=7))
    assert caught.value.code == "grid_planned"
    assert caught.value.details["plan"] == draft.pk
    assert "城东-001 一分为二" in str(caught.value.message)
    plan_reopen(actor=world.admin, key=draft.pk)
    assert schedule(world, other).state == "scheduled"


def test_a_grid_that_changed_meanwhile_says_what(world, draft):
    split(world, draft)
    Grid.objects.filter(pk=world.east_grid_1.pk).update(
        community="新社区", boundary=square(36.48, 117.86, 0.039)
    )
    with pytest.raises(Conflict) as caught:
        schedule(world, draft, accept_warnings=True)
    assert caught.value.code == "plan_stale"
    assert caught.value.details["grids"] == {"城东-001": ["community", "boundary"]}
    plan_save(actor=world.admin, key=draft.pk, grids=[{"key": grid_key(world.east_grid_1), "rebase": True}])
    assert schedule(world, draft, accept_warnings=True).state == "scheduled"


def test_codes_are_given_once(world, draft):
    split(world, draft)
    other = plan_create(actor=world.admin, title="b")
    _plan, made = plan_split(
        actor=world.admin,
        key=other.pk,
        grid=grid_key(world.east_grid_2),
        line=[[117.88, 36.5], [117.88, 36.57]],
    )
    assert other.grids.get(key=made).code == "城东-004"  # 003 stands in the other draft
    plan_save(actor=world.admin, key=other.pk, grids=[{"key": made, "code": "山头-001"}])
    assert "twice" in {fault["kind"] for fault in plan_document(other)["faults"]}


def test_the_slower_editor_is_told(world, draft):
    plan_save(actor=world.admin, key=draft.pk, version=1, title="neu")
    with pytest.raises(Conflict) as caught:
        plan_save(actor=world.admin, key=draft.pk, version=1, title="alt")
    assert caught.value.code == "plan_moved_on"
    draft.refresh_from_db()
    assert draft.title == "neu"


def test_what_is_decided_is_no_draft(world, draft):
    split(world, draft)
    schedule(world, draft)
    with pytest.raises(Conflict, match="plan_not_draft"):
        plan_save(actor=world.admin, key=draft.pk, title="x")
    plan_withdraw(actor=world.admin, key=draft.pk)
    assert plan_withdraw(actor=world.admin, key=draft.pk).state == "withdrawn"
    with pytest.raises(Conflict, match="plan_state"):
        plan_reopen(actor=world.admin, key=draft.pk)


def test_an_instant_behind_us_and_an_empty_plan_are_refused(world, draft):
    with pytest.raises(Invalid, match="plan_empty"):
        schedule(world, draft)
    with pytest.raises(Invalid, match="effect_past"):
        schedule(world, draft, at=NOON)


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


def test_two_plans_for_one_grid_scheduled_in_the_same_second(committed_world):
    world = committed_world
    with clock.at(NOON):
        plans = [plan_create(actor=world.admin, title=name) for name in "ab"]
        for plan in plans:
            split(world, plan)
    results, start = [], threading.Barrier(2)

    def decide(plan):
        start.wait()
        with clock.at(NOON):
            try:
                results.append(schedule(world, plan).state)
            except Conflict as error:
                results.append(error.code)
        connection.close()

    threads = [threading.Thread(target=decide, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["grid_planned", "scheduled"]
