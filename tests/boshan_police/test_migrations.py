"""What the database itself promises: it can be built and taken down, refuses what must not be, and finds quickly."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.db.models.expressions import RawSQL

from boshan_police.benches.scratch import scratch_database
from boshan_police.kernel import audit, clock
from boshan_police.kernel.models import AuditEntry, ReferenceVersion
from dispatch.models import Assignment, Category, Incident, Policy, PolicyStep, TimelineEntry, Timer
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from grid.models import Grid, Organisation
from patrol.models import Unit
from tests.world import IN_EAST

OURS = ["dispatch", "patrol", "grid", "kernel"]


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A migrated database of this test alone."""
    with django_db_blocker.unblock(), scratch_database():
        yield


def _tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


def test_to_nothing_and_back(empty_database: None) -> None:
    full = _tables()
    assert "dispatch_incident" in full
    for app in ("knox", "axes"):  # they refer to our accounts
        call_command("migrate", app, "zero", verbosity=0, interactive=False)
    for app in OURS:
        call_command("migrate", app, "zero", verbosity=0, interactive=False)
    assert not {name for name in _tables() if name.split("_")[0] in OURS}
    call_command("migrate", verbosity=0, interactive=False)
    assert _tables() == full


@pytest.fixture
def incident(world: SimpleNamespace) -> Incident:
    return incident_file(
        actor=world.dispatcher, category="fight", summary="Two men fight", **IN_EAST
    ).incident


@pytest.mark.parametrize("statement", ["UPDATE {table} SET at = now()", "DELETE FROM {table}"])
@pytest.mark.parametrize("model", [TimelineEntry, AuditEntry])
def test_what_happened_is_not_changed_or_removed(incident: Incident, model: Any, statement: str) -> None:
    audit.record(actor=None, code="test.seen", target="x")
    before = list(model.objects.order_by("id").values())
    with (
        pytest.raises((InternalError, ProgrammingError), match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=model._meta.db_table))
    assert list(model.objects.order_by("id").values()) == before


@pytest.mark.parametrize(
    ("model", "table"),
    [
        ("dispatch.TimelineEntry", "dispatch_timelineentry"),
        ("dispatch.TimelineEntry", "dispatch_incident"),
        ("kernel.AuditEntry", "kernel_auditentry"),
    ],
)
def test_nor_is_it_emptied(db: None, model: str, table: str) -> None:
    pgtrigger.enable(f"{model}:append_only_truncate")  # off in tests only (tests/conftest.py)
    with (
        pytest.raises((InternalError, ProgrammingError), match="Cannot truncate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_version_is_written_once(incident: Incident) -> None:
    with pytest.raises(IntegrityError, match="timeline_no_gap_no_double"), transaction.atomic():
        TimelineEntry.objects.create(incident=incident, version=1, at=clock.now(), code="incident.filed")


def test_a_unit_has_one_active_assignment(world: SimpleNamespace, incident: Incident) -> None:
    assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car.pk])
    other = incident_file(actor=world.dispatcher, category="noise", summary="Loud", **IN_EAST).incident
    now = clock.now()
    row = {"incident": other, "unit": world.east_car, "dispatched_at": now, "created_at": now}
    with pytest.raises(IntegrityError, match="assignment_unit_once"), transaction.atomic():
        Assignment.objects.create(**row)
    Assignment.objects.create(**row, step="released")  # an ended one is history


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("category", lambda: Category.objects.update(priority=3)),
        ("policy", lambda: Policy.objects.update(follow_up_seconds=1)),
        ("policy", lambda: PolicyStep.objects.all().delete()),
        ("grid", lambda: Grid.objects.filter(code="城东-001").update(community="x")),
        ("organisation", lambda: Organisation.objects.update(short_name_en="x")),
    ],
)
def test_a_change_of_reference_data_moves_its_version(
    world: SimpleNamespace, name: str, change: Callable[[], Any]
) -> None:
    before = ReferenceVersion.objects.get(name=name).version
    change()
    assert ReferenceVersion.objects.get(name=name).version == before + 1


# --- Plans: each index serves the query it is named for ------------------------------------------------

MANY = 3000


@pytest.fixture
def many(world: SimpleNamespace, incident: Incident) -> None:
    """Enough rows that a plan without the index would be the dearer one."""
    columns = [field.column for field in Incident._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(
        {
            "number": "'37030420250101' || lpad(n::text, 6, '0')",
            "status": "CASE WHEN n % 50 = 0 THEN 'reported' ELSE 'closed' END",
            "reported_at": "reported_at - n * interval '1 hour'",
            "updated_at": "updated_at - n * interval '1 hour'",
        }.get(name, f'"{name}"')
        for name in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dispatch_incident ({names}) SELECT {values} FROM dispatch_incident, "
            f"generate_series(1, {MANY}) AS n"
        )
        cursor.execute(
            "INSERT INTO dispatch_timer (incident_id, generation, step, stage, level, due_at, state, done_at) "
            "SELECT id, 1, 1, 'unclaimed', 1, now() + id * interval '1 minute', "
            "CASE WHEN id % 3 = 0 THEN 'pending' ELSE 'fired' END, now() FROM dispatch_incident "
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO patrol_unit (call_sign, kind, organisation_id, capabilities, members, status, lat, lon, "
            "position_at, version, updated_at) SELECT 'u' || n, 'car', organisation_id, '{}', 2, 'free', "
            "36 + random() * 0.5, 117.5 + random() * 0.5, now(), 1, now() - n * interval '1 minute' "
            f"FROM (SELECT organisation_id FROM patrol_unit LIMIT 1) AS one, generate_series(1, {MANY}) AS n"
        )
        cursor.execute("ANALYZE dispatch_incident, dispatch_timer, patrol_unit")


def _nearest_free() -> Any:
    point = "point <-> cube(ARRAY[6371008.8 * cos(radians(36.5)), 0, 0])"
    return Unit.objects.filter(status="free").order_by(RawSQL(point, ()))[:10]


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("timer_due", lambda: Timer.objects.filter(state="pending", due_at__lte=clock.now() + timedelta(minutes=5)).order_by("due_at")[:20]),
        ("timer_due", lambda: Timer.objects.filter(state="pending").order_by("due_at").values("due_at")[:1]),
        ("incident_open", lambda: Incident.objects.filter(status__in=["reported", "dispatched", "accepted", "en_route", "on_scene", "reported_back"])),
        ("incident_changed", lambda: Incident.objects.filter(updated_at__gte=clock.now() - timedelta(seconds=30))),
        ("incident_reported", lambda: Incident.objects.filter(reported_at__gte=clock.now() - timedelta(hours=24))),
        ("unit_changed", lambda: Unit.objects.filter(updated_at__gte=clock.now() - timedelta(seconds=30))),
        ("unit_nearest_free", _nearest_free),
    ],
)  # fmt: skip
def test_the_index_serves_its_query(many: None, index: str, query: Callable[[], Any]) -> None:
    plan = query().explain()
    assert index in plan, plan
