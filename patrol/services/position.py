"""Positions from devices: each point is judged, all go into the history, the newest of a unit onto the boards.

However many points a batch has, it costs the same few statements. Points are judged under the locks of their units, so
that two batches that hold points of one unit come one after the other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from grid.access import scope_of
from grid.coordinates import System, to_wgs84
from grid.models import User
from patrol import access, live
from patrol.models import TrackPoint, Unit
from patrol.positions import JUMP_METRES, Point, is_jump, metres_apart
from patrol.selectors.device import Reporter, reporters

AHEAD = timedelta(seconds=60)
"""How far ahead of our clock a device may be."""


class Outcome(StrEnum):
    """What became of a point. The first three are in the history, the first alone moved the unit."""

    TAKEN = "taken"
    LATE = "late"  # older than the unit's known position
    JUMP = "jump"  # faster than anybody drives (`patrol.positions`)
    DUPLICATE = "duplicate"  # the same device and instant once more
    FUTURE = "future"
    OLD = "old"  # older than the history is kept
    OFF_DUTY = "off_duty"  # or of before this duty began
    UNKNOWN = "unknown"  # no such device, an inactive one, or one in other hands


_COUNTED = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNKNOWN)
_FLAG = {Outcome.TAKEN: None, Outcome.LATE: TrackPoint.Flag.LATE, Outcome.JUMP: TrackPoint.Flag.JUMP}


class Report(NamedTuple):
    """One point of a device, in the coordinate system it is declared with: UTC, degrees, km/h, degrees from north, metres."""

    device: str
    at: datetime
    lat: float
    lon: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None


@dataclass(slots=True)
class _Now:
    """Where a locked unit is, as the points of the batch move it on."""

    off_duty: bool
    since: datetime | None
    at: datetime | None
    place: Point
    moved: bool = False


class _Row(NamedTuple):
    """A point to be judged; `order` is its place in the batch."""

    at: datetime
    order: int
    place: Point
    reporter: Reporter


def positions_take(*, actor: User, reports: Sequence[Report]) -> list[Outcome]:
    """Take points of many devices; the outcome of each, in order. No point makes another fail.

    At most eight queries. An account of one organisation reports for that organisation's units only; other devices
    are unknown to it.
    """
    roles.require(actor, access.REPORT_POSITIONS)
    known, existing = reporters({report.device for report in reports}, scope_of(actor))
    with transaction.atomic():
        outcomes = _take(known, reports)
        _note_unknown(Counter(report.device for report in reports if report.device not in existing))
    return outcomes


def position_take(*, reporter: Reporter, reports: Sequence[Report]) -> list[Outcome]:
    """Take points of one device that has shown its token, whatever name they carry. At most six queries."""
    with transaction.atomic():
        return _take(dict.fromkeys((report.device for report in reports), reporter), reports)


def _take(known: Mapping[str, Reporter], reports: Sequence[Report]) -> list[Outcome]:
    outcomes = [Outcome.UNKNOWN] * len(reports)
    rows = _sifted(known, reports, outcomes)
    units = _lock_units({reporter.unit for reporter in known.values()})
    judged = []
    for row in sorted(rows):  # of one batch the order of the points, not of the sending, counts
        outcomes[row.order] = outcome = _judge(row, units[row.reporter.unit])
        if outcome in _FLAG:
            judged.append(row)
    if judged:
        _append(judged, reports, outcomes)
    moved = {key: unit for key, unit in units.items() if unit.moved}
    if moved:
        _move(moved)
        live.units_moved(moved)
    _count(known, reports, outcomes)
    return outcomes


def _sifted(known: Mapping[str, Reporter], reports: Sequence[Report], outcomes: list[Outcome]) -> list[_Row]:
    """The points that are worth judging, in WGS-84; of the others the outcome is noted."""
    now = clock.now()
    latest, oldest = now + AHEAD, now - timedelta(days=settings.POSITION_RETENTION_DAYS)
    rows, seen = [], set()
    for index, report in enumerate(reports):
        reporter = known.get(report.device)
        if reporter is None:
            continue
        if report.at > latest:
            outcomes[index] = Outcome.FUTURE
        elif report.at < oldest:
            outcomes[index] = Outcome.OLD
        elif (reporter.key, report.at) in seen:
            outcomes[index] = Outcome.DUPLICATE
        else:
            seen.add((reporter.key, report.at))
            place = (report.lat, report.lon)
            if reporter.system != System.WGS84:
                place = to_wgs84(*place, reporter.system)
            rows.append(_Row(report.at, index, place, reporter))
    return rows


def _lock_units(keys: set[int]) -> dict[int, _Now]:
    """The units by key, locked in the order of `kernel.locking.lock_rows`. One query."""
    rows = _query(
        "SELECT id, status, duty_since, position_at, lat, lon FROM patrol_unit WHERE id = ANY(%s::bigint[]) "
        "ORDER BY id FOR NO KEY UPDATE",
        _array(keys),
    )
    return {
        key: _Now(status == Unit.Status.OFF_DUTY, since, at, (lat, lon))
        for key, status, since, at, lat, lon in rows
    }


def _judge(row: _Row, unit: _Now) -> Outcome:
    """What the point is worth; a good one moves `unit`."""
    if unit.off_duty or (unit.since and row.at < unit.since):
        return Outcome.OFF_DUTY
    if unit.at and row.at <= unit.at:
        return Outcome.LATE
    reporter = row.reporter
    if unit.at and is_jump(unit.place, row.place, (row.at - unit.at).total_seconds()):
        # A second point at the far place is no fault any more: the place known before was the wrong one.
        confirmed = (
            reporter.doubt is not None
            and reporter.doubt_at is not None
            and row.at > reporter.doubt_at
            and metres_apart(reporter.doubt, row.place) <= JUMP_METRES
        )
        if not confirmed:
            reporter.doubt_at, reporter.doubt = row.at, row.place
            return Outcome.JUMP
    reporter.doubt_at = reporter.doubt = None
    unit.at, unit.place, unit.moved = row.at, row.place, True
    return Outcome.TAKEN


def _append(rows: Sequence[_Row], reports: Sequence[Report], outcomes: list[Outcome]) -> None:
    """Write the history, and mark what it held already. One query."""
    given = [reports[row.order] for row in rows]
    written = _query(
        "INSERT INTO patrol_trackpoint (device_id, at, unit_id, lat, lon, speed, heading, accuracy, flag) "
        "SELECT device, at, unit, lat, lon, speed, heading, accuracy, coalesce(flag, '') FROM unnest("
        "%s::bigint[], %s::timestamptz[], %s::bigint[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], "
        "%s::float8[], %s::text[]) AS given (device, at, unit, lat, lon, speed, heading, accuracy, flag) "
        "ON CONFLICT DO NOTHING RETURNING device_id, at",
        _array(row.reporter.key for row in rows),
        _array(row.at for row in rows),
        _array(row.reporter.unit for row in rows),
        _array(row.place[0] for row in rows),
        _array(row.place[1] for row in rows),
        _array(report.speed for report in given),
        _array(report.heading for report in given),
        _array(report.accuracy for report in given),
        _array(_FLAG[outcomes[row.order]] for row in rows),
    )
    if len(written) < len(rows):
        new = set(written)
        for row in rows:
            if (row.reporter.key, row.at) not in new:
                outcomes[row.order] = Outcome.DUPLICATE


def _move(units: Mapping[int, _Now]) -> None:
    """Write where the locked units are now. One query."""
    _query(
        "UPDATE patrol_unit SET lat = given.lat, lon = given.lon, position_at = given.at, version = version + 1, "
        "updated_at = %s FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::timestamptz[]) "
        "AS given (unit, lat, lon, at) WHERE patrol_unit.id = given.unit RETURNING 1",
        clock.now(),
        _array(units),
        _array(unit.place[0] for unit in units.values()),
        _array(unit.place[1] for unit in units.values()),
        _array(unit.at for unit in units.values()),
    )


_SUMS = ", ".join(f"{outcome} = device.{outcome} + given.{outcome}" for outcome in _COUNTED)
_COUNT = (
    f"UPDATE patrol_device AS device SET last_seen = %s, doubt_at = given.doubt_at, doubt_lat = given.doubt_lat, "  # noqa: S608 - names of ours
    f"doubt_lon = given.doubt_lon, {_SUMS} FROM unnest(%s::bigint[], %s::timestamptz[], %s::float8[], %s::float8[], "
    f"{', '.join(['%s::bigint[]'] * len(_COUNTED))}) AS given (device, doubt_at, doubt_lat, doubt_lon, "
    f"{', '.join(_COUNTED)}) WHERE device.id = given.device RETURNING 1"
)


def _count(known: Mapping[str, Reporter], reports: Sequence[Report], outcomes: Sequence[Outcome]) -> None:
    """Add to the counters of the devices. Their units are locked, so no two batches wait for each other. One query."""
    if not known:
        return
    counts = Counter(
        (known[report.device].key, outcome)
        for report, outcome in zip(reports, outcomes, strict=True)
        if report.device in known
    )
    devices = list({reporter.key: reporter for reporter in known.values()}.values())
    _query(
        _COUNT,
        clock.now(),
        _array(device.key for device in devices),
        _array(device.doubt_at for device in devices),
        _array(device.doubt and device.doubt[0] for device in devices),
        _array(device.doubt and device.doubt[1] for device in devices),
        *(_array(counts[device.key, outcome] for device in devices) for outcome in _COUNTED),
    )


def _note_unknown(points: Mapping[str, int]) -> None:
    """Remember names that no device has, for the administrator. One query."""
    if not points:
        return
    names, now = sorted(points), clock.now()  # in one order, so that two batches never wait for each other
    _query(
        "INSERT INTO patrol_unknowndevice AS known (identifier, points, first_seen, last_seen) "
        "SELECT identifier, points, %s, %s FROM unnest(%s::text[], %s::bigint[]) AS given (identifier, points) "
        "ON CONFLICT (identifier) DO UPDATE SET points = known.points + excluded.points, "
        "last_seen = excluded.last_seen RETURNING 1",
        now,
        now,
        names,
        [points[name] for name in names],
    )


def _array(values: Iterable[object]) -> str:
    """Numbers, instants, plain words and None as one PostgreSQL array.

    As one literal it is read several times faster than the list of literals that psycopg2 makes of a Python list.
    """
    return "{" + ",".join(["NULL" if value is None else f"{value}" for value in values]) + "}"


def _query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
