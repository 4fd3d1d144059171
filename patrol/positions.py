"""How far a position can be trusted."""

from datetime import datetime

FRESH_SECONDS = 60
"""Older positions are drawn dashed with their age (LOOK.md, *Encoding*) and not trusted."""
_DOUBT_AT_MOST = 600.0


def doubt_seconds(position_at: datetime, now: datetime) -> float:
    """What an old position adds to an arrival: the unit may have been driving away ever since. At most ten minutes."""
    age = (now - position_at).total_seconds()
    return min(age, _DOUBT_AT_MOST) if age > FRESH_SECONDS else 0.0
