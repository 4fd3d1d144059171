"""What stands still while Redis answers ends itself, and nothing else does."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import redis
from celery.worker import state
from django.conf import settings

from boshan_police.standstill import BUSY_SECONDS, LOOKS, Sign, Standstill, heads_of
from tests.throwaway_redis import ThrowawayRedis

QUEUES = ("celery", "delivery")


@pytest.fixture
def server(tmp_path: Path, settings: SimpleNamespace) -> Iterator[ThrowawayRedis]:
    server = ThrowawayRedis(tmp_path)
    settings.REDIS_URL = server.url
    yield server
    server.kill()


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # whose parent has yet to notice
    except psutil.NoSuchProcess:
        return False


def looks(standstill: Standstill, times: int) -> list[bool]:
    return [standstill.look() for _ in range(times)]


def standstill_of(*signs: Sign) -> Standstill:
    """One that finds these signs in turn, the last one for ever."""
    coming = list(signs)
    return Standstill(lambda client: coming.pop(0) if len(coming) > 1 else coming[0])


def test_the_same_sign_at_every_look(server: ThrowawayRedis) -> None:
    assert looks(standstill_of(7), LOOKS + 1) == [False] * LOOKS + [True]


def test_a_sign_that_moved_once_is_counted_anew(server: ThrowawayRedis) -> None:
    assert not any(looks(standstill_of(*[7] * LOOKS, 8), 2 * LOOKS))


def test_nothing_to_do_is_no_standstill(server: ThrowawayRedis) -> None:
    assert not any(looks(standstill_of(None), 3 * LOOKS))


def test_redis_away_is_nobodys_standstill(server: ThrowawayRedis) -> None:
    standstill = standstill_of(7)
    assert not any(looks(standstill, LOOKS - 1))
    server.kill()
    assert not any(looks(standstill, 3 * LOOKS))
    server.start()
    assert looks(standstill, LOOKS + 1) == [False] * LOOKS + [
        True
    ]  # counted anew: it needs time to come back


def test_a_message_that_stays_at_the_head_of_a_queue(server: ThrowawayRedis) -> None:
    with redis.Redis.from_url(server.url) as client:
        read = heads_of(QUEUES)
        assert read(client) is None
        client.lpush("delivery", "first")
        before = read(client)
        client.lpush("delivery", "second")  # more comes in at the other end
        assert read(client) == before is not None
        client.brpop("delivery")  # as Celery takes it
        assert read(client) not in {None, before}
        client.lpush("somebody else's", "first")
        client.brpop("delivery")
        assert read(client) is None


def test_who_is_busy_may_let_messages_wait(server: ThrowawayRedis) -> None:
    class Request(SimpleNamespace):
        __hash__ = object.__hash__

    with redis.Redis.from_url(server.url) as client:
        client.lpush("celery", "first")
        request = Request(time_start=time.time())
        state.active_requests.add(request)
        try:
            assert heads_of(QUEUES)(client) is None
            request.time_start -= BUSY_SECONDS + 1  # it will never end
            assert heads_of(QUEUES)(client)
        finally:
            state.active_requests.discard(request)


def test_a_beat_that_sends_nothing_ends_with_its_children(server: ThrowawayRedis) -> None:
    """Its thread of signs runs in a process that has stopped beating."""
    script = """
import subprocess, time, django
django.setup()
from celery import signals
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
signals.beat_init.send(sender=None)
for _ in range(12):
    signals.after_task_publish.send(sender="dispatch.sweep_timers")
    time.sleep(0.1)
print("still here", flush=True)
time.sleep(60)
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "boshan_police.settings",
        "REDIS_URL": server.url,
        "STANDSTILL_SECONDS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert done.returncode == 1
    pid, *rest = done.stdout.splitlines()
    assert rest == ["still here"]  # while it sent, it lived
    assert "nothing sent for 1 s while Redis answers" in done.stderr
    assert not lives(int(pid))
