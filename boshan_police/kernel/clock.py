"""The one clock of the code. Instants are UTC; days and shifts begin in the bureau's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> datetime:
    """The present instant in UTC, microseconds; the fixed one inside `at()`."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` (aware), as a replayed log and tests need it."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def zone() -> ZoneInfo:
    """The bureau's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local(instant: datetime) -> datetime:
    """`instant` as the bureau's clocks show it."""
    return instant.astimezone(zone())


def local_day(instant: datetime) -> date:
    """The calendar day of `instant` in the bureau's zone."""
    return local(instant).date()


def start_of_local_day(instant: datetime) -> datetime:
    """The UTC instant at which the bureau's day of `instant` began."""
    day = local_day(instant)
    return datetime(day.year, day.month, day.day, tzinfo=zone()).astimezone(UTC)


def seconds_since(instant: datetime) -> float:
    """Seconds from `instant` to now; negative for the future."""
    return (now() - instant) / timedelta(seconds=1)
