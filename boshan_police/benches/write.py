"""Filing: authenticated `POST /api/incidents/` at 8 clients against the same SQL statements without anything around."""

import itertools
import json
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from boshan_police.demo_world.world import seed_world
from grid.models import User

from .district import token_of
from .lean_client import LeanClients, percentile, request_bytes
from .scratch import own_channel, scratch_database, web_server
from .sql_floor import statements_per_second

CLIENTS = 8
WARM_UP_SECONDS, SECONDS, FLOOR_SECONDS = 2.0, 12.0, 8
_ID = 7_777_777_777  # where the keys begin while the statements are captured, so that they are found in the text
_BODY = {
    "category": "fight",
    "summary": "多人在市场东门因停车发生争吵，其中一人情绪激动，现场有群众围观",
    "address": "博山区中心路农贸市场东门",
    "lat": 36.4951,
    "lon": 117.8598,
    "caller_name": "试验人",
    "caller_phone": "13800000612",
}


def run() -> dict[str, Any]:
    """Requests per second, their times in milliseconds, and how that compares with the floor."""
    with scratch_database(), own_channel():
        seed_world(1)
        token = token_of(User.objects.get(username="dispatcher"))
        script, kept = _statements(token)
        with web_server() as server, LeanClients(server.port, CLIENTS) as clients:
            numbers = itertools.count()
            clients.keep_busy(lambda: _request(token, next(numbers)), WARM_UP_SECONDS)
            found = clients.keep_busy(lambda: _request(token, next(numbers)), SECONDS)
        floor = statements_per_second(script, kept, clients=CLIENTS, seconds=FLOOR_SECONDS)
    times = [answer.ms for answer in found]
    per_second = len(found) / SECONDS
    return {
        "floor_per_s": round(floor),
        "per_s": round(per_second),
        "ratio_to_floor": round(per_second / floor, 3),
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
        "errors": sum(answer.status != 201 for answer in found),
        "statements": len(script),
    }


def _request(token: str, number: int) -> bytes:
    headers = {
        "Authorization": f"Token {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Idempotency-Key": f"bench-{number}",
    }
    return request_bytes("POST", "/api/incidents/", headers, json.dumps(_BODY, ensure_ascii=False).encode())


def _statements(token: str) -> tuple[list[str], dict[int, str]]:
    """What one request sends to PostgreSQL, with the values that differ from one request to the next as variables.

    Returns the statements and {position: variable} of those that give one.
    """
    client = Client(headers={"authorization": f"Token {token}"})

    def file(key: str) -> Any:
        return client.post(
            "/api/incidents/", _BODY, content_type="application/json", headers={"idempotency-key": key}
        )

    file(str(uuid4()))  # fills what the process holds in memory
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('dispatch_incident', 'id'), %s, false)", [_ID])
    key = uuid4().hex
    with CaptureQueriesContext(connection) as captured:
        number = file(key).json()["number"]
    script, kept = [], {}
    for query in captured.captured_queries:
        text = query["sql"].replace(f"'{key}'", "'k:key'").replace(f"'{number}'", f"'{number[:14]}:last'")
        text = text.replace(str(_ID), ":id")
        for variable, sign in (("last", "RETURNING last"), ("id", 'RETURNING "dispatch_incident"."id"')):
            if sign in text:
                kept[len(script)] = variable
        script.append(text)
    return script, kept
