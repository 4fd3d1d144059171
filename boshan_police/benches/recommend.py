"""The whole ranked answer with its reasons, 2,000 units, as the API gives it but without HTTP."""

import statistics
import time
from typing import Any

from django.db import connection

from dispatch.models import Incident, PlanNeed, ResponsePlan
from dispatch.selectors.recommendation import recommend, recommendation_rows

from .district import plant_ground, plant_incidents, plant_units
from .scratch import scratch_database

UNITS, ROUNDS = 2_000, 300


def run() -> dict[str, Any]:
    """Milliseconds for incidents all over the district, in turns."""
    with scratch_database():
        dispatcher = plant_ground()["dispatcher"]
        plant_incidents(100, plant_units(UNITS)[:100])
        plan = ResponsePlan.objects.create(category=None, priority=1)
        PlanNeed.objects.create(plan=plan, kinds=["car"], count=2)
        PlanNeed.objects.create(plan=plan, kinds=["guard"], count=1)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        incidents = list(Incident.objects.filter(priority=1))
        times = []
        for turn in range(ROUNDS):
            incident = incidents[turn % len(incidents)]
            began = time.perf_counter()
            answer = recommendation_rows(incident, recommend(dispatcher, incident))
            times.append((time.perf_counter() - began) * 1000)
            if len(answer["units"]) < 3:
                raise RuntimeError("the answer names nobody")
    return {
        "units": UNITS,
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
    }
