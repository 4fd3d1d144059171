"""The one clock: UTC inside, days of the bureau at the edge, held where a test or a replayed log needs it."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from boshan_police.kernel import clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_is_utc_and_moves() -> None:
    first = clock.now()
    assert first.tzinfo is UTC
    assert clock.now() >= first
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=1)


def test_it_is_held_in_the_block_only_and_nests() -> None:
    with clock.at(NOON):
        assert clock.now() == NOON
        with clock.at(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_it_is_let_go_after_an_error() -> None:
    with pytest.raises(RuntimeError), clock.at(NOON):
        raise RuntimeError
    assert clock.now() != NOON


def test_another_thread_keeps_its_own_time() -> None:
    seen: list[datetime] = []
    with clock.at(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0] != NOON


def test_an_instant_of_another_zone_becomes_utc_and_one_without_is_refused() -> None:
    with clock.at(datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="aware"), clock.at(NOON.replace(tzinfo=None)):
        pass


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 2, 28, 15, 59, 59, 999999, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2026, 2, 28, 16, 0, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2027, 12, 31, 16, 0, tzinfo=UTC), date(2028, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_a_day_begins_at_midnight_in_the_bureau(instant: datetime, day: date) -> None:
    assert clock.local_day(instant) == day
    start = clock.start_of_local_day(instant)
    assert (start.tzinfo, start.hour, start.minute) == (UTC, 16, 0)
    assert clock.local_day(start) == day
    assert clock.local_day(start - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert start <= instant < start + timedelta(days=1)


def test_seconds_since_are_negative_for_the_future() -> None:
    with clock.at(NOON):
        assert clock.seconds_since(NOON - timedelta(milliseconds=1500)) == 1.5
        assert clock.seconds_since(NOON + timedelta(seconds=2)) == -2.0
