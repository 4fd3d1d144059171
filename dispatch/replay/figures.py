"""The figures of a log, straight from its rows, beside the product's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, isclose

from dispatch.models import Incident, ReplayedRow
from dispatch.selectors.response_times import ResponseTimes, Spread, response_times

from .log import LogRow

INTERVALS = {
    "received_to_dispatched": ("received", "dispatched"),
    "dispatched_to_on_scene": ("dispatched", "arrived"),
    "on_scene_to_closed": ("arrived", "closed"),
}
_SAME_SECONDS = 0.001


@dataclass(frozen=True)
class Compared:
    """One line of the report."""

    priority: int
    interval: str
    log: Spread
    product: Spread

    @property
    def equal(self) -> bool:
        return self.log.count == self.product.count and all(
            ours is theirs
            or (ours is not None and theirs is not None and isclose(ours, theirs, abs_tol=_SAME_SECONDS))
            for ours, theirs in ((self.log.median, self.product.median), (self.log.p90, self.product.p90))
        )


def figures_of_log(rows: Iterable[tuple[int, LogRow]]) -> dict[int, ResponseTimes]:
    """The same figures as `dispatch.selectors.response_times`, from nothing but (priority, row of the log)."""
    seconds: dict[int, dict[str, list[float]]] = {}
    for priority, row in rows:
        of_priority = seconds.setdefault(priority, {name: [] for name in INTERVALS})
        for name, (start, end) in INTERVALS.items():
            began: datetime | None = getattr(row, start)
            ended: datetime | None = getattr(row, end)
            if began and ended:
                of_priority[name].append((ended - began) / timedelta(seconds=1))
    return {
        priority: ResponseTimes(**{name: _spread(values) for name, values in intervals.items()})
        for priority, intervals in sorted(seconds.items())
    }


def compare(source: str, rows: Iterable[LogRow]) -> Iterator[Compared]:
    """Line by line, the log's figures and the product's, over the rows that have been played to their end. Two queries."""
    played = ReplayedRow.objects.filter(source=source, done=True)
    priorities = dict(played.values_list("key", "incident__priority"))
    log = figures_of_log((priorities[row.key], row) for row in rows if row.key in priorities)
    product = response_times(Incident.objects.filter(pk__in=played.values("incident")))
    nothing = ResponseTimes(*(Spread(0, None, None) for _ in INTERVALS))
    for priority in sorted(log.keys() | product.keys()):
        for interval in INTERVALS:
            yield Compared(
                priority,
                interval,
                getattr(log.get(priority, nothing), interval),
                getattr(product.get(priority, nothing), interval),
            )


def _spread(values: list[float]) -> Spread:
    if not values:
        return Spread(0, None, None)
    values.sort()
    return Spread(len(values), _percentile(values, 0.5), _percentile(values, 0.9))


def _percentile(ordered: list[float], share: float) -> float:
    """Interpolated in proportion, as SQL's percentile_cont and spreadsheets do."""
    place = (len(ordered) - 1) * share
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
