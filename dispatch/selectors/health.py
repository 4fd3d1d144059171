"""How the machinery is: database, Redis, and the way beat → broker → worker → timers as a whole."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from boshan_police.kernel import clock
from dispatch.models import Delivery, Sweep, Timer

WORKER_SILENT_SECONDS = 4.0
"""Beat asks for a sweep each half second. A stop must show within 10 s on every board, and a heartbeat takes up to 5 of them."""


FAILED_WITHIN = timedelta(hours=1)


def read_health(*, redis: bool) -> dict[str, Any]:
    """`{database, redis, worker, timers: {oldest_overdue_seconds, swept_seconds_ago}, deliveries: {waiting_seconds, failed}}`. Three queries.

    `worker` is proven by a round trip, not by a process: only a worker that beat reached through the broker stamps
    `Sweep`. `swept_seconds_ago` is null before the first sweep. `deliveries`: how long the oldest message is overdue
    at the couriers, and how many of the last hour could not be delivered.
    """
    now = clock.now()
    swept_at = Sweep.objects.filter(name="timers").values_list("at", flat=True).first()
    due_at = Timer.objects.filter(state=Timer.State.PENDING).aggregate(oldest=Min("due_at"))["oldest"]
    queued = Q(state=Delivery.State.QUEUED)
    failed = Q(state=Delivery.State.FAILED, failed_at__gt=now - FAILED_WITHIN)
    messages = Delivery.objects.filter(queued | failed).aggregate(
        oldest=Min("due_at", filter=queued), failed=Count("pk", filter=failed)
    )
    swept = max(0.0, (now - swept_at).total_seconds()) if swept_at else None
    return {
        "database": True,
        "redis": redis,
        "worker": swept is not None and swept < WORKER_SILENT_SECONDS,
        "timers": {
            "oldest_overdue_seconds": _overdue(due_at),
            "swept_seconds_ago": None if swept is None else round(swept, 1),
        },
        "deliveries": {"waiting_seconds": _overdue(messages["oldest"]), "failed": messages["failed"]},
    }


def blind_health(*, redis: bool) -> dict[str, Any]:
    """The same shape while the database does not answer: nothing is known of timers and messages. No query."""
    return {
        "database": False,
        "redis": redis,
        "worker": False,
        "timers": {"oldest_overdue_seconds": None, "swept_seconds_ago": None},
        "deliveries": {"waiting_seconds": None, "failed": None},
    }


def _overdue(due_at: datetime | None) -> float:
    """Seconds since `due_at`; 0 for the future and for none."""
    return round(max(0.0, clock.seconds_since(due_at)), 1) if due_at else 0.0
