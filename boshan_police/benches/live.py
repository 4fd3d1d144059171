"""Live hints: commit → received at 1,000 sockets, against a raw Redis subscription that writes to as many sockets."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import redis
from django.conf import settings
from django.db import transaction

from boshan_police.demo_world.world import seed_world
from boshan_police.kernel.rendering import to_json
from dispatch.selectors.incident import incident_row_as_filed
from dispatch.services.incident import incident_file
from grid.models import Grid, User

from .district import token_of
from .lean_client import percentile
from .scratch import own_channel, scratch_database, web_server

SOCKETS = int(os.environ.get("BENCH_LIVE_SOCKETS", 1000))
RATE = float(os.environ.get("BENCH_LIVE_RATE", 20))
SECONDS = float(os.environ.get("BENCH_LIVE_SECONDS", 15))
WARM_UP = 10
BURST = 50
SETTLE_SECONDS = 5.0
START_SECONDS = 60.0


def run() -> dict[str, Any]:
    """Milliseconds from commit (of the floor: from PUBLISH) to each socket, and how many deliveries never came.

    `burst_ratio` compares the deliveries a second of 50 hints that leave at once.
    """
    with scratch_database(), own_channel():
        seed_world(1)
        dispatcher = User.objects.get(username="dispatcher")
        grid = Grid.objects.order_by("code").first()
        size = [0]
        with web_server() as server:
            product = _measure(f"{server.ws}/ws/board/", token_of(dispatcher), _filer(dispatcher, grid, size))
        with _floor_server() as (url, channel):
            floor = _measure(url, None, _publisher(channel, size[0]))
    return {
        "sockets": SOCKETS,
        "writes": product["writes"],
        "deliveries": product["deliveries"],
        "missing": product["missing"],
        "p50_ms": percentile(product["times"], 0.5),
        "p99_ms": percentile(product["times"], 0.99),
        "floor_p50_ms": percentile(floor["times"], 0.5),
        "floor_p99_ms": percentile(floor["times"], 0.99),
        "floor_missing": floor["missing"],
        "burst_ratio": round(product["burst_rate"] / floor["burst_rate"], 2),
        "burst_per_s": round(product["burst_rate"]),
        "burst_missing": product["burst_missing"],
        "p99_ratio": round(percentile(product["times"], 0.99) / percentile(floor["times"], 0.99), 2),
    }


def _measure(url: str, token: str | None, write: Callable[[int], tuple[list[str], int]]) -> dict[str, Any]:
    """`write(1)` at RATE for SECONDS in front of the audience, then `write(BURST)` at once.

    It returns the keys of the frames and when they were committed, in nanoseconds of the monotonic clock.
    """
    command = [sys.executable, "-m", "boshan_police.benches.live_audience", url, str(SOCKETS)]
    audience = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *([token] if token else [])],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if audience.stdout is None or audience.stdout.readline().strip() != "ready":
            raise RuntimeError("the audience could not take its seats")
        for _ in range(WARM_UP):
            write(1)
            time.sleep(1 / RATE)
        sent: dict[str, int] = {}
        began = time.monotonic()
        for turn in range(int(RATE * SECONDS)):
            time.sleep(max(0.0, began + turn / RATE - time.monotonic()))
            (key,), at = write(1)
            sent[key] = at
        time.sleep(SETTLE_SECONDS)
        burst, burst_at = write(BURST)
        time.sleep(SETTLE_SECONDS)
        came: dict[str, list[int]] = json.loads(audience.communicate(timeout=START_SECONDS)[0])
    finally:
        audience.kill()
        audience.wait()
    times = [
        (at - sent[key]) / 1e6 for key, moments in came.items() if key in sent for at in moments[:SOCKETS]
    ]
    arrived = sorted(at for key in burst for at in came.get(key, [])[:SOCKETS])
    return {
        "burst_rate": len(arrived) / (arrived[-1] - burst_at) * 1e9,
        "burst_missing": BURST * SOCKETS - len(arrived),
        "writes": len(sent),
        "deliveries": len(times),
        "missing": len(sent) * SOCKETS - len(times),
        "times": times,
    }


def _filer(dispatcher: User, grid: Grid, size: list[int]) -> Callable[[int], tuple[list[str], int]]:
    """Files incidents in one transaction; the moment is that of COMMIT, before the hints leave."""

    def write(count: int) -> tuple[list[str], int]:
        committed: list[int] = []
        numbers = []
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic_ns()))
            for _ in range(count):
                incident = incident_file(
                    actor=dispatcher,
                    category="fight",
                    summary="多人在市场东门因停车发生争吵，其中一人情绪激动，现场有群众围观",
                    address="博山区中心路农贸市场东门",
                    lat=grid.lat,
                    lon=grid.lon,
                ).incident
                numbers.append(incident.number)
        hint = {"type": "incident", "event": "incident.filed", **incident_row_as_filed(incident)}
        size[0] = len(to_json(hint))
        return numbers, committed[0]

    return write


def _publisher(channel: str, size: int) -> Callable[[int], tuple[list[str], int]]:
    client = redis.Redis.from_url(settings.REDIS_URL)
    numbers = iter(range(1_000_000, 2_000_000))

    def write(count: int) -> tuple[list[str], int]:
        keys = [str(next(numbers)) for _ in range(count)]
        said = {"type": "incident", "said": "x" * size}
        frames = [json.dumps({**said, "number": key}, separators=(",", ":")) for key in keys]
        at = time.monotonic_ns()
        for frame in frames:
            client.publish(channel, frame)
        return keys, at

    return write


@contextmanager
def _floor_server() -> Iterator[tuple[str, str]]:
    """(address, channel) of the floor, in a process of its own as the product is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    channel = f"floor.{uuid4()}"
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "boshan_police.benches.live_floor", str(port), channel, settings.REDIS_URL],
        cwd=settings.BASE_DIR,
    )
    try:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"ws://127.0.0.1:{port}/", channel
    finally:
        process.kill()
        process.wait()
