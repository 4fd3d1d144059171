"""The snapshot: `GET /api/board/` against PostgreSQL's own json_agg of the same rows."""

import gzip
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.selectors import board
from grid.access import Scope
from patrol.selectors.unit import units_in

from .district import plant_ground, plant_history, plant_incidents, plant_units, token_of
from .scratch import scratch_database

INCIDENTS, UNITS, HISTORY = 500, 1_700, 20_000
ROUNDS = 40


def run() -> dict[str, Any]:
    """Medians in milliseconds. The product is the whole request, authenticated and compressed, as the browser asks it."""
    with scratch_database():
        token = token_of(plant_ground()["dispatcher"])
        plant_history(HISTORY)
        plant_incidents(INCIDENTS, plant_units(UNITS))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        client = Client(headers={"authorization": f"Token {token}", "accept-encoding": "gzip"})
        answer = client.get("/api/board/")
        shown = client.get("/api/board/", headers={"accept-encoding": "identity"}).json()
        if (len(shown["incidents"]), len(shown["units"])) != (INCIDENTS, UNITS):
            raise RuntimeError("the snapshot does not hold what was planted")
        floors, products = _measure(_json_agg(), lambda: client.get("/api/board/"))
    floor, product = statistics.median(floors), statistics.median(products)
    return {
        "floor_json_agg_ms": round(floor, 2),
        "product_ms": round(product, 2),
        "ratio_to_json_agg": round(product / floor, 2),
        "gzip_kb": round(len(answer.content) / 1000, 1),
        "json_kb": round(len(gzip.decompress(answer.content)) / 1000, 1),
    }


def _json_agg() -> Callable[[], None]:
    """The snapshot's own queries, turned to JSON by the server and fetched as one text each."""
    scope = Scope("district", None)
    with CaptureQueriesContext(connection) as asked:
        board.incident_rows(board.open_incidents(scope))
        board.unit_rows(units_in(scope))
    queries = [
        f"SELECT json_agg(row_to_json(each))::text FROM ({query['sql']}) each"  # noqa: S608 - our own
        for query in asked.captured_queries
    ]

    def fetch() -> None:
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                cursor.fetchone()

    return fetch


def _measure(*calls: Callable[[], Any]) -> list[list[float]]:
    """Milliseconds of each call, in turns, so that a busy moment of the machine meets all alike."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            taken.append((time.perf_counter() - began) * 1000)
    return times
