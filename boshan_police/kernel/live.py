"""Live hints: what has changed, told to the web processes through one Redis channel (`kernel.hub` receives them).

Push is a hint, HTTP is the truth. `publish` runs after commit and never fails or delays a write: with Redis away
the hint is dropped and counted, and the next heartbeat, which is read from PostgreSQL, repairs every board.

One frame is `topic,topic\n{json}`: a receiver routes by the first line and passes the second on unparsed. What
changes many times a second (positions) goes by `publish_latest`: of these each receiver passes on the newest per key,
at most once a second.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from .rendering import to_json

logger = logging.getLogger(__name__)
DISTRICT = "district"
LATEST = b"~"
"""The first line of a frame of `publish_latest`. Pairs of lines follow: `key version topic,topic` and `{json}`."""
RETRY_SECONDS = 1.0
"""After a failure one caller tries again this often; all others pass by."""
TIMEOUT_SECONDS = 0.25
"""What a Redis that hangs may cost that one caller."""

dropped = 0
"""Hints this process could not hand to Redis since it started."""
_redis: "redis.Redis | None" = None
_silent_until = 0.0  # 0: Redis answered last time


def organisation_topic(code: str) -> str:
    """The topic of everything that concerns one organisation."""
    return f"org:{code}"


def frame_of(topics: Iterable[str], message: Mapping[str, Any]) -> bytes:
    """The one form in which a hint travels."""
    return ",".join(sorted(set(topics))).encode() + b"\n" + to_json(message)


def publish(topics: Iterable[str], message: Mapping[str, Any]) -> None:
    """Send `message` (with its `type`) to `topics` once the transaction commits; at once outside of one."""
    frame = frame_of(topics, message)
    transaction.on_commit(lambda: _send(frame), robust=True)


@dataclass(frozen=True)
class Latest:
    """A message of which only the newest `version` per `key` matters. The key has no space."""

    key: str
    version: int
    topics: Iterable[str]
    message: Mapping[str, Any]


def publish_latest(hints: Iterable[Latest]) -> None:
    """Send all in one frame once the transaction commits. A socket hears them as `{"type": "batch", "messages": [...]}`."""
    lines = [LATEST]
    for hint in hints:
        head = f"{hint.key} {hint.version} {','.join(sorted(set(hint.topics)))}"
        lines += [head.encode(), to_json(hint.message)]
    if len(lines) > 1:
        frame = b"\n".join(lines)
        transaction.on_commit(lambda: _send(frame), robust=True)


def answers() -> bool:
    """Whether Redis answers now: one round trip, none while it is known to be silent."""
    return _try(lambda client: client.ping())


def _send(frame: bytes) -> None:
    global dropped
    if not _try(lambda client: client.publish(settings.LIVE_CHANNEL, frame)):
        dropped += 1


def _try(call: Any) -> bool:
    """Run `call` with a client; False when Redis does not answer, or did not a moment ago."""
    global _silent_until
    now = time.monotonic()
    if _silent_until:
        if now < _silent_until:
            return False
        _silent_until = now + RETRY_SECONDS  # this caller tries for all
    try:
        call(_client())
    except redis.RedisError as error:
        if not _silent_until:
            logger.warning("Redis does not answer, live hints are dropped: %s", error)
        _silent_until = time.monotonic() + RETRY_SECONDS
        return False
    if _silent_until:
        logger.warning("Redis answers again; %d hints dropped so far", dropped)
        _silent_until = 0.0
    return True


def _client() -> "redis.Redis":
    """The one client of this process, for all its threads. No retries: a hint may be lost but may not delay."""
    global _redis
    if _redis is None:
        _redis = redis.Redis.from_url(
            settings.REDIS_URL,
            max_connections=64,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
    return _redis
