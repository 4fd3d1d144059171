"""What the database itself promises: it can be built and taken down, refuses what must not be, and finds quickly."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from boshan_police.benches.scratch import scratch_database
from boshan_police.kernel import audit, clock
from boshan_police.kernel.models import AuditEntry, ReferenceVersion
from dispatch.lifecycle import ACTIVE_STEPS
from dispatch.models import (
    Assignment,
    Category,
    Incident,
    IntakeTemplate,
    Policy,
    PolicyStep,
    TimelineEntry,
    Timer,
)
from dispatch.selectors import board
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from grid.access import Scope
from grid.models import Grid, Organisation, User
from patrol.models import Unit
from tests.world import EAST, IN_EAST, SOUTH

OURS = ["dispatch", "patrol", "grid", "kernel"]


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A migrated database of this test alone."""
    with django_db_blocker.unblock(), scratch_database():
        yield


def _schema() -> dict[str, set[Any]]:
    """Everything that migrations make: columns, constraints, indexes and triggers."""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal",
        "functions": "SELECT proname, md5(prosrc) FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner "
        "WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'pgtrigger%'",
    }
    found = {}
    with connection.cursor() as cursor:
        for kind, query in queries.items():
            cursor.execute(query)
            found[kind] = set(cursor.fetchall())
    return found


def _migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0, interactive=False)


def test_all_to_nothing_and_back(empty_database: None) -> None:
    full = _schema()
    for app in ("knox", "axes", *OURS):  # the first two refer to our accounts
        _migrate(app, "zero")
    left = _schema()
    assert not {table for table, *_ in left["columns"] if table.split("_")[0] in OURS}
    assert not left["triggers"]
    _migrate()
    for kind, made in _schema().items():
        assert made == full[kind], kind


def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


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
        ("category", lambda: IntakeTemplate.objects.create(category_id="fight", title="x", text="y")),
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


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("category", "INSERT INTO dispatch_category (code, \"group\", name, name_en, initials, priority, active) "
         "VALUES ('flood', 'other', '水灾', 'Flood', 'sz', 1, true)"),
        ("category", "UPDATE dispatch_category SET priority = 3 WHERE code = 'noise'"),
        ("category", "DELETE FROM dispatch_category WHERE code = 'noise'"),
        ("policy", "INSERT INTO dispatch_policy (priority, follow_up_seconds) VALUES (3, 60)"),
        ("policy", "UPDATE dispatch_policystep SET seconds = seconds + 1 WHERE level = 3"),
        ("policy", "DELETE FROM dispatch_policystep"),
        ("grid", "UPDATE grid_grid SET station_id = '370304530000' WHERE code = '城东-001'"),
        ("grid", "DELETE FROM grid_grid WHERE code = '城东-001'"),
        ("organisation", "UPDATE grid_organisation SET short_name_en = 'x'"),
        ("organisation", "INSERT INTO grid_organisation (code, kind, name, name_en, short_name, short_name_en) "
         "VALUES ('370304990000', 'outside', 'x', 'x', 'x', 'x')"),
    ],
)  # fmt: skip
def test_so_does_a_change_by_hand(world: SimpleNamespace, name: str, statement: str) -> None:
    before = dict(ReferenceVersion.objects.values_list("name", "version"))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount >= 1
    after = dict(ReferenceVersion.objects.values_list("name", "version"))
    assert after == before | {name: before[name] + 1}


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
            "lat": "lat + (n % 500) * 0.001",
            "address": "'颜山路 ' || n || ' 号'",
            "updated_at": "updated_at - n * interval '1 hour'",
            "station_id": f"CASE WHEN n % 20 = 0 THEN '{SOUTH}' ELSE station_id END",
            "idempotency_key": "'key ' || n",
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
            "position_at, version, updated_at) SELECT 'u' || n, 'car', organisation_id, '{}', 2, "
            "CASE WHEN n % 10 = 0 THEN 'free' ELSE 'on_scene' END, "
            "36 + random() * 0.5, 117.5 + random() * 0.5, now(), 1, now() - n * interval '1 minute' "
            f"FROM (SELECT '{EAST}' AS organisation_id) AS one, generate_series(1, {MANY}) AS n"
        )
        cursor.execute(
            "INSERT INTO kernel_auditentry (at, actor_name, code, target, details, address) SELECT "
            f"now() - n * interval '1 minute', '', 'x', 'target ' || n % 500, '{{}}', '' FROM generate_series(1, {MANY}) AS n"
        )
        cursor.execute(
            "INSERT INTO dispatch_timelineentry (incident_id, version, at, code, actor_name, data) SELECT "
            "id, n, now(), 'incident.note', '', '{}' FROM dispatch_incident, generate_series(2, 4) AS n"
        )
        cursor.execute(
            "INSERT INTO dispatch_assignment (incident_id, unit_id, step, claimed, dispatched_at, outcome, created_at) "
            "SELECT id, (SELECT min(id) FROM patrol_unit), 'reported', false, now(), '', now() FROM dispatch_incident"
        )
        cursor.execute(
            "ANALYZE dispatch_incident, dispatch_timer, dispatch_timelineentry, dispatch_assignment, patrol_unit, "
            "kernel_auditentry"
        )


def _ids(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))


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
        ("incident_open", lambda: board.open_incidents(Scope("district", None))),
        ("incident_of_station", lambda: Incident.objects.filter(station=SOUTH).order_by("-id")[:50]),
        ("incident_at_point", lambda: Incident.objects.filter(Q(lat__range=(36.5, 36.501), lon__range=(117.8, 117.9)) | Q(address="颜山路 7 号"))),
        ("incident_at_address", lambda: Incident.objects.filter(Q(lat__range=(36.5, 36.501), lon__range=(117.8, 117.9)) | Q(address="颜山路 7 号"))),
        ("incident_at_address", lambda: Incident.objects.filter(address__startswith="颜山路 77")),
        ("incident_filed_once", lambda: Incident.objects.filter(created_by__in=_ids(User.objects.filter(username="dispatcher")), idempotency_key="key 7")),
        ("dispatch_incident_number", lambda: Incident.objects.filter(number="370304202611240001")),
        ("assignment_unit_once", lambda: Assignment.objects.filter(unit__in=[1, 2], step__in=sorted(ACTIVE_STEPS))),
        ("timer_once", lambda: Timer.objects.filter(incident=1, generation=2)),
        ("timeline_no_gap_no_double", lambda: TimelineEntry.objects.filter(incident=1).order_by("version")),
        ("unit_of_organisation", lambda: Unit.objects.filter(organisation=EAST, status="free").order_by()),
        ("audit_newest", lambda: AuditEntry.objects.order_by("-at")[:50]),
        ("audit_of_target", lambda: AuditEntry.objects.filter(target="target 7").order_by("-at")[:50]),
    ],
)  # fmt: skip
def test_the_index_serves_its_query(many: None, index: str, query: Callable[[], Any]) -> None:
    plan = query().explain()
    assert index in plan, plan
