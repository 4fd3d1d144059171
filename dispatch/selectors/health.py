"""How the machinery is: database, Redis, and the way beat → broker → worker → timers as a whole."""

from typing import Any

from django.db.models import Min

from boshan_police.kernel import clock
from dispatch.models import Sweep, Timer

WORKER_SILENT_SECONDS = 4.0
"""Beat asks for a sweep each half second. A stop must show within 10 s on every board, and a heartbeat takes up to 5 of them."""


def read_health(*, redis: bool) -> dict[str, Any]:
    """`{database, redis, worker, timers: {oldest_overdue_seconds, swept_seconds_ago}}`. Two queries.

    `worker` is proven by a round trip, not by a process: only a worker that beat reached through the broker stamps
    `Sweep`. `swept_seconds_ago` is null before the first sweep.
    """
    now = clock.now()
    swept_at = Sweep.objects.filter(name="timers").values_list("at", flat=True).first()
    due_at = Timer.objects.filter(state=Timer.State.PENDING).aggregate(oldest=Min("due_at"))["oldest"]
    swept = max(0.0, (now - swept_at).total_seconds()) if swept_at else None
    overdue = max(0.0, (now - due_at).total_seconds()) if due_at else 0.0
    return {
        "database": True,
        "redis": redis,
        "worker": swept is not None and swept < WORKER_SILENT_SECONDS,
        "timers": {
            "oldest_overdue_seconds": round(overdue, 1),
            "swept_seconds_ago": None if swept is None else round(swept, 1),
        },
    }


def blind_health(*, redis: bool) -> dict[str, Any]:
    """The same shape while the database does not answer: nothing is known of the timers. No query."""
    return {
        "database": False,
        "redis": redis,
        "worker": False,
        "timers": {"oldest_overdue_seconds": None, "swept_seconds_ago": None},
    }
