"""The ten nearest of 100,000 units by the cube index, against `select 1` on the same connection."""

import random
import statistics
import time
from typing import Any

from django.db import connection

from patrol.selectors.unit import nearest_free

from .district import plant_ground, plant_units
from .scratch import scratch_database

UNITS, ROUNDS, WANTED = 100_000, 2_000, 10


def run() -> dict[str, Any]:
    """Milliseconds of the statements, in turns at random places; the answer is compared with a full search at times."""
    with scratch_database():
        plant_ground()
        plant_units(UNITS)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        dice = random.Random(4)  # noqa: S311 - the same places each time
        times: list[float] = []
        floor: list[float] = []
        for turn in range(ROUNDS):
            place = (36.5 + dice.uniform(-0.2, 0.2), 117.9 + dice.uniform(-0.2, 0.2))
            with connection.cursor() as cursor:
                began = time.perf_counter()
                cursor.execute("SELECT 1")
                cursor.fetchall()
                floor.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            found = nearest_free(*place, limit=WANTED)
            times.append((time.perf_counter() - began) * 1000)
            if turn % 500 == 0 and found != _searched(*place):
                raise RuntimeError("the index names others than a full search")
    p99 = statistics.quantiles(times, n=100)[98]
    floor_p99 = statistics.quantiles(floor, n=100)[98]
    return {
        "units": UNITS,
        "p50_ms": round(statistics.median(times), 3),
        "p99_ms": round(p99, 3),
        "select_1_p99_ms": round(floor_p99, 3),
        "p99_ratio": round(p99 / floor_p99, 2),
    }


def _searched(lat: float, lon: float) -> list[int]:
    """The same without the index."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL enable_indexscan = off")
        found = nearest_free(lat, lon, limit=WANTED)
        cursor.execute("COMMIT")
    return found
