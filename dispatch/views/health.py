"""`/health/` for people and watchdogs, `/metrics/` for collectors: the same figures, open to everybody, no secrets."""

from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from boshan_police.kernel import clock, live
from boshan_police.kernel.access import PUBLIC
from boshan_police.kernel.guard import page
from boshan_police.kernel.rendering import to_json
from dispatch.selectors.health import blind_health, read_health

_ROUND_TRIPS = ("beat", "worker", "courier")  # a web process has just answered, whatever its mark says


@page(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """200 with `status` ok or degraded: the board works. 503 with down: the database does not answer."""
    state = _state()
    body = {"status": _status(state), "at": clock.now(), **state, "hints_dropped": live.dropped}
    return HttpResponse(
        to_json(body),
        status=200 if state["database"] else 503,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@page(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of `health` in the text format of Prometheus; what is unknown is left out."""
    state = _state()
    figures = {
        "boshan_database_up": int(state["database"]),
        "boshan_redis_up": int(state["redis"]),
        "boshan_worker_up": int(state["worker"]),
        "boshan_timer_oldest_overdue_seconds": state["timers"]["oldest_overdue_seconds"],
        "boshan_timer_swept_seconds_ago": state["timers"]["swept_seconds_ago"],
        "boshan_web_processes": state["parts"]["web"]["processes"],
        **{
            f"boshan_{part}_seconds_ago": state["parts"][part]["seconds_ago"]
            for part in ("beat", "worker", "courier")
        },
        "boshan_delivery_waiting_seconds": state["deliveries"]["waiting_seconds"],
        "boshan_delivery_failed_last_hour": state["deliveries"]["failed"],
        "boshan_live_hints_dropped_total": live.dropped,
    }
    lines = [
        f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}\n{name} {value}\n"
        for name, value in figures.items()
        if value is not None
    ]
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


def _state() -> dict[str, Any]:
    redis = live.answers()
    try:
        return read_health(redis=redis)
    except DatabaseError:
        return blind_health(redis=redis)


def _status(state: Mapping[str, Any]) -> str:
    if not state["database"]:
        return "down"
    parts = state["parts"]
    return "ok" if state["redis"] and all(parts[part]["ok"] for part in _ROUND_TRIPS) else "degraded"
