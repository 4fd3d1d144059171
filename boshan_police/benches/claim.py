"""Claiming: 50 requests at once for one incident, over HTTP, round after round; each round has exactly one winner."""

import json
from typing import Any

from boshan_police.demo_world.world import seed_world
from boshan_police.kernel import clock
from dispatch.services.incident import incident_file
from grid.models import Grid, User

from .district import token_of
from .lean_client import LeanClients, percentile, request_bytes
from .scratch import own_channel, scratch_database, web_server

HANDS, ROUNDS = 50, 200


def run() -> dict[str, Any]:
    """Rounds with other than one winner, answers of 5xx, and the times of all claims in milliseconds."""
    with scratch_database(), own_channel():
        seed_world(1)
        dispatcher, officer = (User.objects.get(username=name) for name in ("dispatcher", "station_officer"))
        grid = Grid.objects.filter(station=officer.organisation_id).order_by("code").first()
        headers = {"Authorization": f"Token {token_of(officer)}", "Content-Type": "application/json"}
        wrong = errors = 0
        times: list[float] = []
        with web_server() as server, LeanClients(server.port, HANDS) as clients:
            for _ in range(ROUNDS):
                filed = incident_file(
                    actor=dispatcher,
                    category="fight",
                    summary="50 只手",
                    lat=grid.lat,
                    lon=grid.lon,
                    reported_at=clock.now(),
                )
                path = f"/api/incidents/{filed.incident.number}/claim/"
                body = json.dumps({}).encode()
                answers = clients.all_at_once([request_bytes("POST", path, headers, body)] * HANDS)
                won = sum(answer.status in {200, 201} for answer in answers)
                told = sum(answer.status == 409 for answer in answers)
                wrong += (won, told) != (1, HANDS - 1)
                errors += sum(answer.status >= 500 for answer in answers)
                times += [answer.ms for answer in answers]
    return {
        "rounds": ROUNDS,
        "hands": HANDS,
        "wrong_rounds": wrong,
        "server_errors": errors,
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
    }
