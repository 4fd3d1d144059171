"""Where a unit has been."""

from datetime import datetime
from typing import Any

from patrol.models import TrackPoint, Unit

MOST_POINTS = 3000
"""Of a longer trail the newest: four hours of one point each five seconds."""


def trail(unit: Unit, *, since: datetime) -> list[dict[str, Any]]:
    """The points of `unit` since then, oldest first; jumps are left out. One query."""
    points = (
        TrackPoint.objects.filter(unit=unit, at__gte=since)
        .exclude(flag=TrackPoint.Flag.JUMP)
        .order_by("-at")
        .values("at", "lat", "lon", "speed", "heading", "accuracy")[:MOST_POINTS]
    )
    return [dict(point) for point in points][::-1]
