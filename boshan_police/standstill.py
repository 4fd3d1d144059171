"""A worker or beat that stands still while Redis answers ends itself; whoever started it starts it again.

After a Redis that went away Celery may live on without taking or sending anything, or wait up to half a minute
before it tries again (docs/decisions/standing-still-ends.md). Each looks at what it is there for: a worker at the head
of its queues, which somebody must take; beat at what it has sent.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

import psutil
import redis
from celery import signals
from celery.worker import state
from django.conf import settings

logger = logging.getLogger(__name__)
LOOKS = 10
"""So many looks in a row must find the same. Counted in looks: a machine that slept has seen nothing."""
BUSY_SECONDS = 60.0
"""A task may keep a worker from taking the next one for this long."""
TIMEOUT_SECONDS = 2.0

Sign = Hashable | None
"""What changes when work moves; None: nothing is to be done, or it cannot be known."""


class Standstill:
    """Counts how many looks in a row found the same sign."""

    def __init__(self, read: Callable[["redis.Redis[bytes]"], Sign]) -> None:
        self._read = read
        self._seen: Sign = None
        self._same = 0

    def look(self) -> bool:
        """Whether nothing has moved for `LOOKS` looks. Redis away is nobody's standstill."""
        try:
            # A connection of its own each time: the one that hangs would hang here too.
            with redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
            ) as client:
                client.ping()
                sign = self._read(client)
        except (redis.RedisError, OSError):
            sign = None
        self._same = self._same + 1 if sign is not None and sign == self._seen else 0
        self._seen = sign
        return self._same >= LOOKS


def heads_of(queues: tuple[str, ...]) -> Callable[["redis.Redis[bytes]"], Sign]:
    """The messages that are next in these queues, while this worker has room for one."""

    def read(client: "redis.Redis[bytes]") -> Sign:
        since = time.time() - BUSY_SECONDS  # Celery's own clock of requests
        if any((request.time_start or 0) > since for request in tuple(state.active_requests)):
            return None
        return tuple(head for queue in queues if (head := client.lindex(queue, -1))) or None

    return read


def watch(standstill: Standstill, what: str) -> None:
    """End this process and its children once it stands still. Runs for ever, in a thread of its own."""
    while not standstill.look():
        time.sleep(settings.STANDSTILL_SECONDS / LOOKS)
    logger.critical(
        "%s for %.0f s while Redis answers: ending, to be started again", what, settings.STANDSTILL_SECONDS
    )
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)  # an orderly end would wait for what hangs


def _start(read: Callable[["redis.Redis[bytes]"], Sign], what: str) -> None:
    threading.Thread(target=watch, args=(Standstill(read), what), name="standstill", daemon=True).start()


@signals.worker_ready.connect
def _watch_worker(sender: Any, **_: Any) -> None:
    _start(heads_of(tuple(sender.app.amqp.queues.consume_from)), "no message taken")


@signals.beat_init.connect
def _watch_beat(**_: Any) -> None:
    sent = 0

    def count(**_: Any) -> None:
        nonlocal sent
        sent += 1

    signals.after_task_publish.connect(count, weak=False)
    _start(lambda client: sent, "nothing sent")
