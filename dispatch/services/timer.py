"""The sweeper: fires what comes due, to the moment, once each, whatever else dies.

Timers are rows. A sweep takes due ones with `SKIP LOCKED`, each batch and its effects in one transaction: a worker
killed in the middle leaves them pending for the next sweep, two workers share the work without doubling it.
"""

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet, prefetch_related_objects

from boshan_police.kernel import clock
from dispatch.models import Sweep, Timer

from .act import Act, acts_write
from .escalation import escalation_expire, escalation_raise, recipients_of
from .pulse import part_mark
from .stage import EXPIRES_AFTER

logger = logging.getLogger(__name__)
BATCH = 20
SLOW_SECONDS = 1.0
LOCKED_RETRY_SECONDS = 0.02
STAMP_SECONDS = 1.0


@dataclass
class Swept:
    """What one sweep did. `latest` is the worst lateness in seconds; `failed` are keys of timers that can't be fired."""

    fired: int = 0
    latest: float = 0.0
    failed: set[int] = field(default_factory=set)


def timers_sweep(*, seconds: float = 0.0) -> Swept:
    """Fire all that is due, and what comes due within `seconds`, each at its moment; say in `Sweep` that we are at it.

    Its length is counted by the monotonic clock: a wall clock set back does not make a sweep sleep for an hour.
    """
    swept = Swept()
    end = time.monotonic() + seconds
    stamped = float("-inf")
    while True:
        began = time.monotonic()
        taken = _fire_batch(swept, BATCH)
        if time.monotonic() - began > SLOW_SECONDS:
            logger.warning("slow sweep: %d timers took %.1f s", taken, time.monotonic() - began)
        if time.monotonic() - stamped >= STAMP_SECONDS:
            stamped = time.monotonic()
            part_mark(Sweep.TIMERS)
        if taken:
            continue
        pause = _pause(swept, end - time.monotonic())
        if pause is None:
            return swept
        time.sleep(pause)


def _pause(swept: Swept, left: float) -> float | None:
    """Seconds to sleep until the next timer; None when none comes due within the `left` seconds of this sweep."""
    now = clock.now()
    coming = _pending(until=now + timedelta(seconds=max(left, 0)), but=swept.failed)
    due_at = coming.order_by("due_at").values_list("due_at", flat=True).first()
    if due_at is None or left <= 0:
        return None
    # One already due is locked by a service or another worker: look again in a moment.
    return min(max((due_at - now).total_seconds(), LOCKED_RETRY_SECONDS), left)


def _pending(*, until: datetime, but: Collection[int]) -> "QuerySet[Timer]":
    """Pending timers due by `until`, a constant: with clock_timestamp() the whole index would be walked."""
    return Timer.objects.filter(state=Timer.State.PENDING, due_at__lte=until).exclude(pk__in=but)


def _fire_batch(swept: Swept, limit: int) -> int:
    """Fire up to `limit` due timers in one transaction; returns how many were taken.

    One that can't be fired, whatever the reason, must not hold up the others: its batch is tried again one by one,
    it is logged, and stays pending, where `/health/` shows its age.
    """
    due: list[Timer] = []
    now = clock.now()
    try:
        with transaction.atomic():
            due += _lock_due(now, swept.failed, limit)
            _fire(due, now)
    except (InterfaceError, OperationalError):
        raise  # the database is away: the next sweep goes on where this one stopped
    except Exception:
        if not due:
            raise
        if len(due) > 1:
            return sum(_fire_batch(swept, 1) for _ in due)
        logger.exception("timer %s can't be fired", due[0].pk)
        swept.failed.add(due[0].pk)
        return 1
    swept.fired += sum(timer.state == Timer.State.FIRED for timer in due)
    swept.latest = max([swept.latest, *((clock.now() - timer.due_at).total_seconds() for timer in due)])
    return len(due)


def _lock_due(now: datetime, failed: Collection[int], limit: int) -> list[Timer]:
    """The first due timers whose incidents are free, both locked; the incident first, as everywhere.

    Locks are only tried, never waited for: a service that holds an incident and waits for its timer can't be waited
    for in turn, and a busy incident holds nothing up but its own timer.
    """
    return list(
        _pending(until=now, but=failed)
        .select_for_update(skip_locked=True, no_key=True, of=("incident", "self"))
        .select_related("incident")
        .order_by("due_at")[:limit]
    )


def _fire(due: list[Timer], now: datetime) -> None:
    """The stop conditions are read here, under both locks, not when the timer was planted."""
    prefetch_related_objects([timer.incident for timer in due], "escalation")
    told = cache(recipients_of)
    acts = []
    for timer in due:
        incident = timer.incident
        if incident.generation != timer.generation or incident.stage != timer.stage:
            timer.state = Timer.State.CANCELLED
            continue
        act = Act(incident, None)
        acts.append(act)
        if now - timer.due_at > EXPIRES_AFTER:
            escalation_expire(act, timer)
        else:
            escalation_raise(act, timer, told(timer.level, incident.station_id))
    for state, group in groupby(sorted(due, key=lambda timer: timer.state), key=lambda timer: timer.state):
        Timer.objects.filter(pk__in=[timer.pk for timer in group]).update(state=state, done_at=now)
    acts_write(acts)
