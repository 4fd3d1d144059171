"""1-3-5 reach: in how many minutes a free unit can be in each grid, now, and what a dispatch would uncover."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Count, Max

from boshan_police.kernel import clock
from boshan_police.kernel.reference import Reference, register
from grid.models import Grid
from patrol.models import Unit
from patrol.positions import doubt_seconds
from patrol.travel import Array, estimate, metres_between, points

BANDS = (1, 3, 5, 10)
"""Minutes. The first three are the bureau's own “1-3-5 minutes” (LESSONS.md); a grid beyond the last has none."""
KINDS = (Unit.Kind.CAR, Unit.Kind.FOOT, Unit.Kind.TRAFFIC, Unit.Kind.GUARD)
"""Who counts as being there: police and guards, as they hold the ground together."""
_NEW_AT_LEAST_EVERY = 10.0  # seconds: positions grow old by themselves
_ASK_AT_MOST_EVERY = 0.5


@dataclass(frozen=True)
class Ground:
    """The grids as places to reach, in the order of their codes."""

    codes: tuple[str, ...]
    stations: tuple[str, ...]
    communities: tuple[str, ...]
    points: Array


def _load_ground() -> Ground:
    """One query."""
    rows = list(
        Grid.objects.in_force().order_by("code").values_list("code", "station_id", "community", "lat", "lon")
    )
    codes, stations, communities, lats, lons = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Ground(codes, stations, communities, points(lats, lons))


_ground = Reference(("grid",), _load_ground)


@dataclass(frozen=True)
class Reach:
    """Seconds from every free unit to every grid at one moment. `stale` counts the units of old positions."""

    at: datetime
    ground: Ground
    units: tuple[int, ...]
    seconds: Array
    stale: int

    def nearest(self, without: Collection[int] = ()) -> Array:
        """Seconds until the first unit can be in each grid, infinite where there is none; `without` these units."""
        kept = [index for index, unit in enumerate(self.units) if unit not in without]
        if not kept:
            return np.full(len(self.ground.codes), np.inf)
        soonest: Array = (self.seconds if len(kept) == len(self.units) else self.seconds[kept]).min(axis=0)
        return soonest


def band_of(seconds: float) -> int | None:
    """The minute band of an arrival: 1, 3, 5, 10, or None beyond."""
    return next((minutes for minutes in BANDS if seconds <= minutes * 60), None)


def measure() -> Reach:
    """Reach as it is this moment. One query."""
    ground, now = _ground.get(), clock.now()
    rows = list(
        Unit.objects.filter(status=Unit.Status.FREE, kind__in=KINDS, position_at__isnull=False)
        .order_by("id")
        .values_list("id", "kind", "lat", "lon", "position_at")
    )
    ids, kinds, lats, lons, seen = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    seconds = estimate(metres_between(points(lats, lons), ground.points), kinds)
    doubts = np.array([doubt_seconds(at, now) for at in seen], dtype=np.float64)
    return Reach(now, ground, ids, seconds + doubts[:, None], int((doubts > 0).sum()))


class _Latest:
    """The last measurement, shared by all who look: measured anew when a unit changed or positions grew old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._reach: Reach | None = None
        self._state: Any = None
        self._asked = self._measured = 0.0

    def get(self) -> Reach:
        """At most two queries each half second, whoever asks."""
        with self._lock:
            now = time.monotonic()
            if self._reach is not None and now - self._asked < _ASK_AT_MOST_EVERY:
                return self._reach
            state = (_ground.get(), Unit.objects.aggregate(Max("updated_at"), Count("id")))
            if self._reach is None or state != self._state or now - self._measured > _NEW_AT_LEAST_EVERY:
                self._reach, self._state, self._measured = measure(), state, now
            self._asked = now
            return self._reach


_latest = _Latest()
register(_latest)


def reach_now() -> Reach:
    """Reach as of at most half a second ago."""
    return _latest.get()


def reach_rows(reach: Reach, *, station: str | None = None) -> dict[str, Any]:
    """`{at, bands, promise, units, stale, grids: {code: minutes|null}, beyond: [{grid, community, station, minutes}]}`.

    `beyond` lists the grids past the bureau's promise, worst first; `minutes` there is null without any unit.
    Narrowed to the grids of `station`.
    """
    promise = settings.REACH_PROMISE_MINUTES
    grids: dict[str, int | None] = {}
    beyond = []
    ground = reach.ground
    for code, of, community, seconds in zip(
        ground.codes, ground.stations, ground.communities, reach.nearest().tolist(), strict=True
    ):
        if station is not None and of != station:
            continue
        grids[code] = band_of(seconds)
        if seconds > promise * 60:
            beyond.append(
                (
                    seconds,
                    {"grid": code, "community": community, "station": of, "minutes": minutes_of(seconds)},
                )
            )
    beyond.sort(key=lambda pair: -pair[0])
    return {
        "at": reach.at,
        "bands": BANDS,
        "promise": promise,
        "units": len(reach.units),
        "stale": reach.stale,
        "grids": grids,
        "beyond": [row for _, row in beyond],
    }


def minutes_of(seconds: float) -> int | None:
    """Whole minutes, rounded up as a promise must be; None for never."""
    return None if seconds == np.inf else int(-(-seconds // 60))
