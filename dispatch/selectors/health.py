"""How the machinery is: database, Redis, and each part by the mark it left last (`services.pulse`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from boshan_police.kernel import clock
from dispatch.models import Delivery, Sweep, Timer

WORKER_SILENT_SECONDS = 4.0
"""Beat asks for a sweep each half second. A stop must show within 10 s on every board, and a heartbeat takes up to 5 of them."""

BEAT_SILENT_SECONDS = 4.0
COURIER_SILENT_SECONDS = 15.0
"""A courier marks each half second while it is at work; its turn may end with a wait for others' servers."""
WEB_SILENT_SECONDS = 15.0
"""Three marks of a web process."""

FAILED_WITHIN = timedelta(hours=1)


def read_health(*, redis: bool) -> dict[str, Any]:
    """`{database, redis, worker, timers: {oldest_overdue_seconds, swept_seconds_ago}, deliveries: {waiting_seconds, failed}, parts}`. Three queries.

    `worker` is proven by a round trip, not by a process: only a worker that beat reached through the broker stamps
    `Sweep`. `swept_seconds_ago` is null before the first sweep. `deliveries`: how long the oldest message is overdue
    at the couriers, and how many of the last hour could not be delivered. `parts`: of `web`, `beat`, `worker` and
    `courier` `{ok, seconds_ago}`, for `web` of the freshest process, with how many `processes` answer and how many
    fell `silent` without ending.
    """
    now = clock.now()
    marks = dict(Sweep.objects.values_list("name", "at"))
    due_at = Timer.objects.filter(state=Timer.State.PENDING).aggregate(oldest=Min("due_at"))["oldest"]
    queued = Q(state=Delivery.State.QUEUED)
    failed = Q(state=Delivery.State.FAILED, failed_at__gt=now - FAILED_WITHIN)
    messages = Delivery.objects.filter(queued | failed).aggregate(
        oldest=Min("due_at", filter=queued), failed=Count("pk", filter=failed)
    )
    ages = {name: round(max(0.0, (now - at).total_seconds()), 1) for name, at in marks.items()}
    parts = _parts(ages)
    return {
        "database": True,
        "redis": redis,
        "worker": parts["worker"]["ok"],
        "timers": {
            "oldest_overdue_seconds": _overdue(due_at),
            "swept_seconds_ago": ages.get(Sweep.TIMERS),
        },
        "deliveries": {"waiting_seconds": _overdue(messages["oldest"]), "failed": messages["failed"]},
        "parts": parts,
    }


def _parts(ages: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    web = [age for name, age in ages.items() if name.startswith(Sweep.WEB)]
    answering = [age for age in web if age < WEB_SILENT_SECONDS]
    return {
        "web": {
            **_part(min(web, default=None), WEB_SILENT_SECONDS),
            "processes": len(answering),
            "silent": len(web) - len(answering),
        },
        "beat": _part(ages.get(Sweep.BEAT), BEAT_SILENT_SECONDS),
        "worker": _part(ages.get(Sweep.TIMERS), WORKER_SILENT_SECONDS),
        "courier": _part(ages.get(Sweep.DELIVERIES), COURIER_SILENT_SECONDS),
    }


def _part(age: float | None, limit: float) -> dict[str, Any]:
    return {"ok": age is not None and age < limit, "seconds_ago": age}


def blind_health(*, redis: bool) -> dict[str, Any]:
    """The same shape while the database does not answer: nothing is known of timers and messages. No query."""
    return {
        "database": False,
        "redis": redis,
        "worker": False,
        "timers": {"oldest_overdue_seconds": None, "swept_seconds_ago": None},
        "deliveries": {"waiting_seconds": None, "failed": None},
        "parts": _parts({}),
    }


def _overdue(due_at: datetime | None) -> float:
    """Seconds since `due_at`; 0 for the future and for none."""
    return round(max(0.0, clock.seconds_since(due_at)), 1) if due_at else 0.0
