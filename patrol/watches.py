"""The watches of the bureau: twelve hours, changed at 08:00 and 20:00 in its zone (SCENES.md, 10)."""

from datetime import datetime, timedelta

from boshan_police.kernel.clock import start_of_local_day

_FIRST_CHANGE = timedelta(hours=8)
_LENGTH = timedelta(hours=12)


def watch_end(at: datetime) -> datetime:
    """When the watch of the instant `at` ends, in UTC."""
    ends = start_of_local_day(at) + _FIRST_CHANGE
    while ends <= at:
        ends += _LENGTH
    return ends


def watch_begin(at: datetime) -> datetime:
    """When the watch of the instant `at` began, in UTC."""
    return watch_end(at) - _LENGTH
