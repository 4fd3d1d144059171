"""Plans that meet: in order whoever applies them, over no edit of another, and the reason in the reader's language."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import translation
from shapely.geometry import box, mapping

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict
from boshan_police.kernel.models import AuditEntry
from grid.models import Grid, Posting, TerritoryPlan
from grid.selectors.territory_plan import plan_document
from grid.services.territory_effect import plan_schedule, plans_take_effect
from grid.services.territory_plan import plan_create, plan_save
from tests.factories import AccountFactory
from tests.factories.ground import PersonFactory, square
from tests.grid.services.drafts import MONDAY, NOON, grid_key
from tests.world import EAST

HOUR = timedelta(hours=1)


def _scheduled(world, at, *rows, title="x", who=None, **more):
    plan = plan_create(actor=world.admin, title=title)
    plan_save(actor=world.admin, key=plan.pk, grids=rows)
    plan.refresh_from_db()
    return plan_schedule(actor=who or world.admin, key=plan.pk, version=plan.version, effective_at=at, **more)


def _row(grid, **more):
    return {"key": grid_key(grid), **more}


def _in_a_thread(work):
    """Started; `join()` when it is to have ended."""

    def run():
        try:
            with clock.at(MONDAY + HOUR):
                work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_while_one_worker_applies_a_plan_another_leaves_the_next_to_it(committed_world):
    world = committed_world
    with clock.at(NOON):
        first = _scheduled(world, MONDAY, _row(world.east_grid_1, community="甲社区"))
        second = _scheduled(world, MONDAY + HOUR, _row(world.east_grid_2, community="乙社区"))
    elsewhere = []
    with transaction.atomic(), connection.cursor() as cursor:
        # as the one that applies `first` holds them
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [370304_07])
        TerritoryPlan.objects.select_for_update().get(pk=first.pk)
        _in_a_thread(lambda: elsewhere.extend(plans_take_effect())).join()
    assert elsewhere == []
    with clock.at(MONDAY + HOUR):
        assert [plan.pk for plan in plans_take_effect()] == [first.pk, second.pk]


def test_an_edit_on_its_way_is_waited_for_and_not_written_over(committed_world):
    world = committed_world
    with clock.at(NOON):
        plan = _scheduled(world, MONDAY, _row(world.east_grid_1, community="甲社区"))
    with transaction.atomic():
        Grid.objects.filter(pk=world.east_grid_1.pk).update(community="乙社区")
        worker = _in_a_thread(plans_take_effect)
        with connection.cursor() as cursor:
            for _attempt in range(100):
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
                )
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.05)
    worker.join()
    plan.refresh_from_db()
    assert (plan.state, plan.halted["code"]) == ("draft", "plan_stale")
    assert Grid.objects.get(pk=world.east_grid_1.pk).community == "乙社区"


def test_a_plan_that_would_spoil_one_decided_for_later_is_refused_by_name(world, clock_at):
    clock_at(NOON)
    new = {"code": "城东-050", "station": EAST, "community": "新社区", "community_code": "370304001001"}
    later = _scheduled(
        world,
        MONDAY + HOUR,
        {"key": "n1", "boundary": square(36.56, 117.86), **new},
        title="新建网格",
        accept_warnings=True,
    )
    grown = mapping(box(117.86, 36.52, 117.90, 36.58))  # over what the later plan draws
    with pytest.raises(Conflict) as caught:
        _scheduled(world, MONDAY, _row(world.east_grid_2, boundary=grown), accept_warnings=True)
    assert (caught.value.code, caught.value.details) == ("plan_in_the_way", {"plan": later.pk})
    assert "新建网格" in caught.value.message
    assert TerritoryPlan.objects.filter(state="scheduled").count() == 1


def test_the_trace_names_who_scheduled_it(world, clock_at):
    clock_at(NOON)
    other = AccountFactory(role="administrator", organisation_id=EAST)
    _scheduled(world, MONDAY, _row(world.east_grid_1, community="甲社区"), who=other)
    clock_at(MONDAY)
    plans_take_effect()
    assert AuditEntry.objects.get(code="territory.in_force").actor == other


def test_the_reason_is_told_in_the_readers_language_and_the_version_moves_on(world, clock_at):
    clock_at(NOON)
    plan = _scheduled(world, MONDAY, _row(world.east_grid_1, community="甲社区"))
    Grid.objects.filter(pk=world.east_grid_1.pk).update(community="乙社区")
    clock_at(MONDAY)
    with translation.override("zh-hans"):
        plans_take_effect()
    version = plan.version
    plan.refresh_from_db()
    assert plan.version == version + 1
    assert plan_document(plan)["halted"].startswith("Changed since this plan was drawn: 城东-001: community.")
    with translation.override("zh-hans"):
        assert plan_document(plan)["halted"].startswith("起草之后已有变动：城东-001: 社区")
    assert AuditEntry.objects.get(code="territory.halted").details["code"] == "plan_stale"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda world: Grid.objects.filter(pk=world.south_grid_1.pk).update(code="城东-100"), "plan_faults"),
        (lambda world: world.person.delete(), "person_unknown"),
    ],
)
def test_what_stands_in_the_way_is_kept_by_code(world, clock_at, spoil, code):
    clock_at(NOON)
    world.person = PersonFactory(organisation_id=EAST)
    rows = _row(world.east_grid_1, code="城东-100", people=[world.person.number])
    plan = _scheduled(world, MONDAY, rows)
    spoil(world)
    clock_at(MONDAY)
    assert plans_take_effect() == []
    plan.refresh_from_db()
    assert plan.halted["code"] == code
    assert "(" not in plan_document(plan)["halted"]
    assert not Posting.objects.exists()
