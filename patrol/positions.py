"""How far a position can be trusted."""

from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from .models.unit import EARTH_RADIUS_M, Unit

FRESH_SECONDS = 60
"""Older positions are drawn dashed with their age (LOOK.md, *Encoding*) and not trusted."""
_DOUBT_AT_MOST = 600.0
JUMP_METRES, JUMP_KMH = 500.0, 200.0
"""Further than the one and faster than the other is no drive but a fault: of the receiver, or of a hand."""

Point = tuple[float, float]
"""(lat, lon) in WGS-84 degrees."""


def doubt_seconds(position_at: datetime, now: datetime) -> float:
    """What an old position adds to an arrival: the unit may have been driving away ever since. At most ten minutes."""
    age = (now - position_at).total_seconds()
    return min(age, _DOUBT_AT_MOST) if age > FRESH_SECONDS else 0.0


def was_fresh(unit: Unit, at: datetime) -> bool:
    """Whether the known position of `unit` says where it was at `at`."""
    return unit.position_at is not None and abs((at - unit.position_at).total_seconds()) <= FRESH_SECONDS


def metres_apart(one: Point, other: Point) -> float:
    """Along the great circle."""
    lat, other_lat = radians(one[0]), radians(other[0])
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def is_jump(before: Point, after: Point, seconds: float) -> bool:
    """Whether nobody drives from `before` to `after` in `seconds` (more than 0)."""
    metres = metres_apart(before, after)
    return metres > JUMP_METRES and metres / seconds * 3.6 > JUMP_KMH
