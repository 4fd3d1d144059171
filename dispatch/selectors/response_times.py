"""Response times: how long calls wait, how long units take, how long they stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Case, Count, F, FloatField, Q, QuerySet, When
from django.db.models.expressions import Combinable

from dispatch.lifecycle import Status
from dispatch.models import Incident

from .intervals import Seconds, inferred


@dataclass(frozen=True)
class Spread:
    """`count` intervals, their median and 90th percentile in seconds; None where there is no interval."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class ResponseTimes:
    """The three intervals of one priority."""

    received_to_dispatched: Spread
    dispatched_to_on_scene: Spread
    on_scene_to_closed: Spread


class _Percentiles(Aggregate):
    """[median, 90th percentile], between two values interpolated in proportion (SQL's percentile_cont)."""

    function = "percentile_cont"
    template = "%(function)s(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


def response_times(incidents: QuerySet[Incident]) -> dict[int, ResponseTimes]:
    """{priority: its response times} of `incidents`. One query.

    An interval counts where both its ends were stamped by something that happened: cancelled and invalid reports
    have no closing, and a dispatch that a replayed log does not hold is none. Stamps that contradict each other (a
    record corrected later) count as they stand, so that no figure is better than its records.
    """
    dispatched = Case(When(~Q(pk__in=inferred("dispatched_at")), then=F("dispatched_at")))
    closed = Case(When(status=Status.CLOSED, then=F("closed_at")))
    intervals: dict[str, tuple[Combinable, Combinable]] = {
        "received_to_dispatched": (dispatched, F("reported_at")),
        "dispatched_to_on_scene": (F("arrived_at"), dispatched),
        "on_scene_to_closed": (closed, F("arrived_at")),
    }
    figures: dict[str, Aggregate] = {}
    for name, (end, start) in intervals.items():
        figures[f"{name}_count"] = Count(Seconds(end, start))
        figures[f"{name}_percentiles"] = _Percentiles(Seconds(end, start))
    by_priority: Iterable[Mapping[str, Any]] = (
        incidents.order_by("priority").values("priority").annotate(**figures)
    )
    return {
        row["priority"]: ResponseTimes(
            **{
                name: Spread(row[f"{name}_count"], *(row[f"{name}_percentiles"] or (None, None)))
                for name in intervals
            }
        )
        for row in by_priority
    }
