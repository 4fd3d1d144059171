"""What dies in the middle of due timers: a worker, Redis, every database connection. None lost, none doubled."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from celery import Celery
from django.db import connection
from django.db.models import Count
from redis import Redis

from boshan_police.benches.scratch import own_channel, web_server
from boshan_police.benches.workers import CeleryProcess, celery_processes
from boshan_police.kernel import clock
from dispatch.models import Incident, Notice, Sweep, TimelineEntry, Timer
from dispatch.services.incident import incident_file
from tests.live_server import token_headers
from tests.throwaway_redis import ThrowawayRedis
from tests.world import IN_EAST

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 60.0
TIMERS = 120

Started = tuple[list[CeleryProcess], list[CeleryProcess]]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ThrowawayRedis]:
    server = ThrowawayRedis(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def due(committed_world: SimpleNamespace) -> Callable[[float], list[int]]:
    """`due(seconds)` files incidents whose first timers come due one after the other within `seconds`; their keys."""

    def make(seconds: float) -> list[int]:
        for _ in range(TIMERS):
            incident_file(actor=committed_world.dispatcher, category="noise", summary="Loud music", **IN_EAST)
        now = clock.now()
        timers = list(Timer.objects.filter(state=Timer.State.PENDING).order_by("id"))
        for index, timer in enumerate(timers):
            timer.due_at = now + timedelta(seconds=seconds * index / TIMERS)
        Timer.objects.bulk_update(timers, ["due_at"])
        return [timer.pk for timer in timers]

    return make


def wait_until(holds: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def has_swept() -> bool:
    return Sweep.objects.filter(at__gte=clock.now() - timedelta(seconds=1)).exists()


def some_fired(keys: list[int]) -> bool:
    return Timer.objects.filter(pk__in=keys, state=Timer.State.FIRED).count() > TIMERS // 6


def check_each_fired_once(keys: list[int]) -> None:
    wait_until(
        lambda: not Timer.objects.filter(pk__in=keys, state=Timer.State.PENDING).exists(), "timers were lost"
    )
    assert Timer.objects.filter(pk__in=keys, state=Timer.State.FIRED).count() == TIMERS
    assert TimelineEntry.objects.filter(code="escalation.raised").count() == TIMERS
    told = Notice.objects.values("timer").annotate(times=Count("id"))
    assert {row["times"] for row in told} == {1}  # the East has one commander
    assert len(told) == TIMERS
    for incident in Incident.objects.all():
        versions = list(incident.timeline.order_by("version").values_list("version", flat=True))
        assert versions == list(range(1, incident.version + 1))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_killed_in_the_middle(
    redis: ThrowawayRedis, due: Callable[[float], list[int]], workers: int
) -> None:
    with own_channel(), celery_processes(workers=workers, redis_url=redis.url) as (started, _beats):
        wait_until(has_swept, "no worker sweeps")
        keys = due(4.0)
        wait_until(lambda: some_fired(keys), "nothing fires")
        started[0].kill()
        if workers == 1:
            assert Timer.objects.filter(pk__in=keys, state=Timer.State.PENDING).exists()
            started[0].start()
        check_each_fired_once(keys)


def test_two_beats_double_nothing(redis: ThrowawayRedis, due: Callable[[float], list[int]]) -> None:
    with own_channel(), celery_processes(workers=2, beats=2, redis_url=redis.url):
        wait_until(has_swept, "no worker sweeps")
        check_each_fired_once(due(3.0))


@pytest.mark.parametrize(("queue", "task"), [("celery", "sweep_timers"), ("delivery", "send_deliveries")])
def test_a_worker_that_lives_and_takes_nothing_is_started_anew(
    redis: ThrowawayRedis, committed_world: SimpleNamespace, queue: str, task: str
) -> None:
    """As after some reconnects: it answers a ping, and the messages pile up."""
    with (
        own_channel(),
        celery_processes(workers=1, queue=queue, redis_url=redis.url, STANDSTILL_SECONDS="2") as (
            (worker,),
            _,
        ),
        Celery(broker=redis.url) as control,
        Redis.from_url(redis.url) as client,
    ):
        wait_until(lambda: control.control.ping(timeout=1), "no worker answers")
        control.control.cancel_consumer(queue, reply=True)
        wait_until(lambda: client.llen(queue) > 4, "nothing piles up")
        wait_until(lambda: worker.restarts, "it went on standing still")
        wait_until(lambda: client.llen(queue) <= 1, f"nobody takes dispatch.{task}")


def test_redis_killed_and_started_again(redis: ThrowawayRedis, due: Callable[[float], list[int]]) -> None:
    with own_channel(), celery_processes(workers=1, redis_url=redis.url):
        wait_until(has_swept, "no worker sweeps")
        keys = due(6.0)
        wait_until(lambda: some_fired(keys), "nothing fires")
        redis.kill()
        time.sleep(2)
        redis.start()
        check_each_fired_once(keys)
        wait_until(has_swept, "the sweeper did not come back")


def test_every_database_connection_cut(
    redis: ThrowawayRedis, committed_world: SimpleNamespace, due: Callable[[float], list[int]]
) -> None:
    headers = token_headers(committed_world.dispatcher) | {"Idempotency-Key": str(uuid4())}
    body = {"category": "fight", "summary": "Two men fight", **IN_EAST}
    with (
        own_channel(),
        celery_processes(workers=1, redis_url=redis.url),
        web_server({"REDIS_URL": redis.url}) as portal,
        httpx.Client(base_url=portal.http, headers=headers, trust_env=False, timeout=30) as client,
    ):
        wait_until(has_swept, "no worker sweeps")
        assert client.get("/api/categories/").status_code == 200
        keys = due(5.0)
        wait_until(lambda: some_fired(keys), "nothing fires")
        for _ in range(3):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            answer = client.post("/api/incidents/", json=body)
            assert answer.status_code in {200, 201, 503}
            if answer.status_code == 503:
                assert answer.json()["error"]["code"]
            time.sleep(0.3)
        again = client.post("/api/incidents/", json=body)
        assert again.status_code in {200, 201}
        Timer.objects.filter(incident__number=again.json()["number"]).update(state=Timer.State.CANCELLED)
        assert Incident.objects.filter(category="fight").count() == 1
        check_each_fired_once(keys)
