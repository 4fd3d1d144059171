"""All 696 grids measured anew after a unit's change, 2,000 units."""

import random
import statistics
import time
from typing import Any

from django.db import connection

from boshan_police.kernel import clock
from boshan_police.kernel.reference import forget_all
from grid.models import Grid
from patrol.models import Unit
from patrol.selectors.reach import reach_now, reach_rows

from .district import GRIDS, plant_ground, plant_units
from .scratch import scratch_database

UNITS, ROUNDS = 2_000, 200


def run() -> dict[str, Any]:
    """Milliseconds from a unit's new position in the database to the finished answer, without HTTP."""
    dice = random.Random(5)  # noqa: S311 - the same moves each time
    with scratch_database():
        plant_ground()
        spread = list(Grid.objects.all())
        for grid in spread:
            grid.lat, grid.lon = 36.5 + dice.uniform(-0.2, 0.2), 117.9 + dice.uniform(-0.2, 0.2)
        Grid.objects.bulk_update(spread, ["lat", "lon"])
        units = plant_units(UNITS)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        times = []
        for turn in range(ROUNDS):
            moved = units[turn % UNITS]
            Unit.objects.filter(pk=moved.pk).update(
                lat=36.5 + dice.uniform(-0.2, 0.2), lon=117.9, position_at=clock.now(), updated_at=clock.now()
            )
            forget_all()  # also the ground: the worst case
            began = time.perf_counter()
            answer = reach_rows(reach_now())
            times.append((time.perf_counter() - began) * 1000)
            if len(answer["grids"]) != GRIDS:
                raise RuntimeError("grids are missing")
    return {
        "units": UNITS,
        "grids": GRIDS,
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
    }
