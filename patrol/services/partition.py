"""The days of the history of positions: made ahead, dropped when their time is over.

What comes while its day is missing waits in the default partition and is moved when the day is made, so a worker that
stood still costs nothing but the move.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from boshan_police.kernel import clock

AHEAD_DAYS = 3
_TABLE = "patrol_trackpoint"
_REST = f"{_TABLE}_rest"
_LOCK = 0x706F7369  # two of us at once would make the same day; any number that nothing else uses


@dataclass(frozen=True)
class Kept:
    """The days (UTC) that a run made and dropped."""

    made: list[date]
    dropped: list[date]


def position_days_keep() -> Kept:
    """Make the partitions of today and the next days, drop those older than `POSITION_RETENTION_DAYS`. May run twice."""
    today = clock.now().astimezone(UTC).date()
    first = today - timedelta(days=settings.POSITION_RETENTION_DAYS)
    return Kept(_make_days(today, first), _drop_days(first))


@transaction.atomic
def _make_days(today: date, first: date) -> list[date]:
    """Today, the next days, and those that wait in the default partition, whose points move."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Else a point could come to the default partition while its day is made beside it.
        cursor.execute(f"LOCK TABLE {_REST} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {_REST} WHERE at < %s", [_start(first)])  # noqa: S608 - a name of ours
        cursor.execute(f"SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM {_REST}")  # noqa: S608 - the same
        waiting = {day for (day,) in cursor.fetchall()}
        wanted = {today + timedelta(days=ahead) for ahead in range(AHEAD_DAYS + 1)} | waiting
        made = sorted(wanted - _days(cursor))
        for day in made:
            name, limits = _name(day), [_start(day), _start(day + timedelta(days=1))]
            # Beside the table first: PostgreSQL refuses a day of which the default partition holds points.
            cursor.execute(f"CREATE TABLE {name} (LIKE {_TABLE} INCLUDING ALL)")
            cursor.execute(
                f"WITH moved AS (DELETE FROM {_REST} WHERE at >= %s AND at < %s RETURNING *) "  # noqa: S608 - names of ours
                f"INSERT INTO {name} SELECT * FROM moved",
                limits,
            )
            cursor.execute(
                f"ALTER TABLE {_TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", limits
            )
    return made


@transaction.atomic
def _drop_days(first: date) -> list[date]:
    """Those before `first`. A transaction of its own: dropping stops all writers for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        dropped = sorted(day for day in _days(cursor) if day < first)
        for day in dropped:
            cursor.execute(f"DROP TABLE {_name(day)}")
    return dropped


def _days(cursor: Any) -> set[date]:
    """The days that have a partition."""
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [_TABLE]
    )
    names = {name.removeprefix(f"{_TABLE}_") for (name,) in cursor.fetchall()} - {"rest"}
    return {date(int(name[:4]), int(name[4:6]), int(name[6:])) for name in names}


def _name(day: date) -> str:
    return f"{_TABLE}_{day:%Y%m%d}"


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
