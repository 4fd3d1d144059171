"""Timers: 1,000,000 pending, some due each moment, two Celery workers, one at a time `kill -9`ed and restarted, six times."""

import os
import time
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, F

from boshan_police.demo_world.world import seed_world
from boshan_police.kernel import clock
from dispatch.models import Incident, Sweep, TimelineEntry, Timer
from dispatch.services.incident import incident_file
from grid.models import Grid, User

from .lean_client import percentile
from .scratch import own_channel, scratch_database
from .workers import celery_processes, own_redis_database

PENDING = int(os.environ.get("BENCH_TIMERS_PENDING", 1_000_000))
DUE_PER_SECOND = 25
SECONDS = 120.0
KILLS = 6
DEAD_SECONDS = 4.0
PLANTING_SECONDS = 10.0
START_SECONDS, SETTLE_SECONDS = 30.0, 20.0


def run() -> dict[str, Any]:
    """Lateness in milliseconds from due to done of every timer that came due; those lost, and those done twice.

    The policies are the demo's, so that a fired timer plants the next step, which comes due in the run as well.
    """
    with scratch_database(), own_channel():
        seed_world(1)
        broker = own_redis_database(settings.REDIS_URL)
        with celery_processes(workers=2, redis_url=broker) as (workers, _beats):
            _wait_for_the_first_sweep()
            began = _plant()
            end = began + timedelta(seconds=SECONDS)
            for turn in range(KILLS):
                _sleep_until(began + timedelta(seconds=SECONDS * (turn + 1) / (KILLS + 1)))
                victim = workers[turn % len(workers)]
                victim.kill()
                time.sleep(DEAD_SECONDS)
                victim.start()
            _sleep_until(end)
            _wait_until_settled(end)
        redis.Redis.from_url(broker).flushdb()
        return _figures(end)


def _plant() -> datetime:
    """One real incident and its copies, each with the first step of its policy pending; when the first comes due."""
    grid = Grid.objects.order_by("code").first()
    incident_file(
        actor=User.objects.get(username="dispatcher"),
        category="fight",
        summary="打架",
        lat=grid.lat,
        lon=grid.lon,
    )
    Timer.objects.all().delete()
    soon = int(DUE_PER_SECOND * SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a million rows take longer than any request may
    _copy("now() + interval '1 day' + n * interval '20 seconds'", soon + 1, PENDING)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE dispatch_timer, dispatch_incident")
    began = clock.now() + timedelta(seconds=PLANTING_SECONDS)
    _copy(f"'{began.isoformat()}'::timestamptz + n * interval '1 second' / {DUE_PER_SECOND}", 1, soon)
    return began


def _copy(due_at: str, first: int, last: int) -> None:
    """Copies number `first` to `last` of the one incident, each with its timer at the SQL expression `due_at` of `n`."""
    columns = [field.column for field in Incident._meta.concrete_fields if not field.primary_key]
    others = ", ".join(f'"{name}"' for name in columns if name not in {"number", "stage_since"})
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dispatch_incident (number, stage_since, {others}) "  # noqa: S608 - our own columns
            f"SELECT '37030420260101' || lpad(n::text, 8, '0'), {due_at} - interval '30 seconds', {others} "
            "FROM (SELECT * FROM dispatch_incident ORDER BY id LIMIT 1) one, generate_series(%s, %s) AS n",
            [first, last],
        )
        cursor.execute(
            "INSERT INTO dispatch_timer (incident_id, generation, step, stage, level, due_at, state) "
            "SELECT id, generation, 1, 'unclaimed', 1, stage_since + interval '30 seconds', 'pending' "
            "FROM dispatch_incident WHERE number BETWEEN '37030420260101' || lpad(%s::text, 8, '0') "
            "AND '37030420260101' || lpad(%s::text, 8, '0')",
            [first, last],
        )


def _figures(end: datetime) -> dict[str, Any]:
    due = Timer.objects.filter(due_at__lte=end)
    late = [
        (done - due_at).total_seconds() * 1000
        for due_at, done in due.filter(state=Timer.State.FIRED).values_list("due_at", "done_at")
    ]
    raised = TimelineEntry.objects.filter(code="escalation.raised")
    return {
        "pending": PENDING,
        "due": due.count(),
        "p50_ms": percentile(late, 0.5),
        "p99_ms": percentile(late, 0.99),
        "max_ms": round(max(late), 1),
        "lost": due.exclude(state=Timer.State.FIRED).count(),
        "doubled": _told_too_often(raised),
        "workers": 2,
        "killed": KILLS,
    }


def _told_too_often(raised: Any) -> int:
    """Entries beyond one per fired timer, and incidents whose timeline skips or repeats a version."""
    fired = Timer.objects.filter(state=Timer.State.FIRED).count()
    repeated = (
        TimelineEntry.objects.values("incident", "version")
        .annotate(times=Count("id"))
        .filter(times__gt=1)
        .count()
    )
    return (
        abs(raised.count() - fired) + repeated + Incident.objects.filter(version__lt=F("generation")).count()
    )


def _wait_for_the_first_sweep() -> None:
    limit = time.monotonic() + START_SECONDS
    while not Sweep.objects.filter(name="timers").exists():
        if time.monotonic() > limit:
            raise RuntimeError("no worker has swept: is Redis there?")
        time.sleep(0.1)


def _wait_until_settled(end: datetime) -> None:
    """Until nothing that came due by `end` is pending; what is still there after a while is lost."""
    limit = time.monotonic() + SETTLE_SECONDS
    while (
        time.monotonic() < limit and Timer.objects.filter(state=Timer.State.PENDING, due_at__lte=end).exists()
    ):
        time.sleep(0.2)


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))
