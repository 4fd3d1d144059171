"""Today beside the same weekday of the last four weeks, for the wall: intake per hour, orders accepted, arrivals."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Min, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from boshan_police.kernel import clock
from dispatch.models import Incident

from .intervals import Seconds, inferred

ACCEPT_SECONDS = 30
"""An order should be accepted within this (weekly 110 bulletins: 签收 in 0–30 s)."""
ACCEPT_TARGET = 0.98
"""The share of orders that should be (the same bulletins)."""
_WEEKS = 4


class _Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def today(incidents: QuerySet[Incident]) -> dict[str, Any]:
    """Figures of `incidents` for the bureau's day so far. Four queries.

    `{at, date, received, hours: [24 counts, null ahead of now], earlier, accepted, arrival}`. `earlier` is null until
    one of the compared days was recorded, else `{days, low: [24], high: [24], mean_received}` where the mean counts
    each day up to the same time. `accepted` and `arrival` are null while there is nothing to count.
    """
    now = clock.now()
    day = clock.local_day(now)
    hours = _hours(incidents, day)
    current = hours.get(day, [0] * 24)
    begun = now.astimezone(clock.zone()).hour + 1
    today_only = incidents.filter(
        reported_at__gte=_start(day), reported_at__lt=_start(day + timedelta(days=1))
    )
    return {
        "at": now,
        "date": day.isoformat(),
        "received": sum(current),
        "hours": [*current[:begun], *[None] * (24 - begun)],
        "earlier": _earlier(incidents, hours, day, now),
        "accepted": accepted_share(today_only, now),
        "arrival": _arrival(incidents, day),
    }


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.zone())


def _weekdays(day: date) -> list[date]:
    """The same weekday of the last weeks, newest first."""
    return [day - timedelta(weeks=week) for week in range(1, _WEEKS + 1)]


def _hours(incidents: QuerySet[Incident], day: date) -> dict[date, list[int]]:
    """{day: received per hour} of today and the compared days; days without any are missing. One query."""
    spans = Q()
    for one in [day, *_weekdays(day)]:
        spans |= Q(reported_at__gte=_start(one), reported_at__lt=_start(one + timedelta(days=1)))
    zone = clock.zone()
    rows = (
        incidents.filter(spans)
        .order_by()
        .values_list(TruncDate("reported_at", tzinfo=zone), ExtractHour("reported_at", tzinfo=zone))
        .annotate(count=Count("pk"))
    )
    found: dict[date, list[int]] = {}
    for on, hour, count in rows:
        found.setdefault(on, [0] * 24)[hour] = count
    return found


def _earlier(
    incidents: QuerySet[Incident], hours: dict[date, list[int]], day: date, now: datetime
) -> dict[str, Any] | None:
    """The band of the compared days. A day before the first record is no day with zero incidents. One query."""
    first = incidents.aggregate(first=Min("reported_at"))["first"]
    days = [one for one in _weekdays(day) if first is not None and _start(one) >= _floor(first)]
    if not days:
        return None
    counts = [hours.get(one, [0] * 24) for one in days]
    same_time = now.astimezone(clock.zone())
    part = same_time.minute / 60
    so_far = [sum(row[: same_time.hour]) + row[same_time.hour] * part for row in counts]
    return {
        "days": len(days),
        "low": [min(column) for column in zip(*counts, strict=True)],
        "high": [max(column) for column in zip(*counts, strict=True)],
        "mean_received": round(sum(so_far) / len(days)),
    }


def _floor(instant: datetime) -> datetime:
    """The start of the bureau's day of the first record; that day counts only if it was recorded from its start."""
    start = clock.start_of_local_day(instant)
    return start if instant - start < timedelta(hours=6) else start + timedelta(days=1)


def accepted_share(incidents: QuerySet[Incident], now: datetime) -> dict[str, Any] | None:
    """The share of the dispatched ones among `incidents` accepted in time; an order still within its time is not counted. One query."""
    limit = timedelta(seconds=ACCEPT_SECONDS)
    counted = incidents.exclude(pk__in=inferred("accepted_at")).filter(
        Q(accepted_at__isnull=False, dispatched_at__isnull=False) | Q(dispatched_at__lt=now - limit)
    )
    figures = counted.aggregate(
        of=Count("pk"), within=Count("pk", filter=Q(accepted_at__lte=F("dispatched_at") + limit))
    )
    if not figures["of"]:
        return None
    return {
        "share": figures["within"] / figures["of"],
        "of": figures["of"],
        "seconds": ACCEPT_SECONDS,
        "target": ACCEPT_TARGET,
    }


def _arrival(incidents: QuerySet[Incident], day: date) -> dict[str, Any] | None:
    """The median from received to on scene, today and on the same day of last week, in seconds. One query."""
    week_ago = day - timedelta(weeks=1)
    of_today = Q(reported_at__gte=_start(day))
    of_week_ago = Q(reported_at__gte=_start(week_ago), reported_at__lt=_start(week_ago + timedelta(days=1)))
    arrived = incidents.filter(of_today | of_week_ago, arrived_at__isnull=False)
    figures = arrived.exclude(pk__in=inferred("arrived_at")).aggregate(
        of=Count("pk", filter=of_today),
        median=_Median(Seconds("arrived_at", "reported_at"), filter=of_today),
        week_ago=_Median(Seconds("arrived_at", "reported_at"), filter=of_week_ago),
    )
    if not figures["of"]:
        return None
    return {
        "of": figures["of"],
        "median_seconds": figures["median"],
        "week_ago_seconds": figures["week_ago"],
    }
