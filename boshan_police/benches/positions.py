"""Positions: batches through the service against the same rows, one INSERT and one UPDATE each."""

import itertools
import random
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from boshan_police.kernel import clock
from grid.models import User
from patrol.models import Device, Unit
from patrol.services.partition import position_days_keep
from patrol.services.position import Outcome, Report, positions_take

from .district import plant_ground, plant_units
from .scratch import own_channel, scratch_database

UNITS, POINTS, ROUNDS, FLOOR_SECONDS = 2_000, 5, 10, 6.0
"""2,000 units with five points each are the 10,000 that `POST /api/positions/` takes at once."""
_INSERT = (
    "INSERT INTO patrol_trackpoint (device_id, at, unit_id, lat, lon, speed, heading, accuracy, flag) "
    "VALUES (%s, %s, %s, %s, %s, 30, 90, 8, '') ON CONFLICT DO NOTHING"
)
_UPDATE = (
    "UPDATE patrol_unit SET lat = %s, lon = %s, position_at = %s, version = version + 1, updated_at = now() "
    "WHERE id = %s AND (position_at IS NULL OR position_at < %s)"
)


def run() -> dict[str, Any]:
    """Rows per second, in full batches and in such where every unit has one point.

    A batch is judged, counted, written and told to the boards; the floor only writes, each row in a transaction.
    """
    with scratch_database(), own_channel():
        dispatcher = plant_ground()["dispatcher"]
        units = plant_units(UNITS)
        devices = Device.objects.bulk_create(Device(identifier=unit.call_sign, unit=unit) for unit in units)
        position_days_keep()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        at = clock.now() - timedelta(minutes=20)
        Unit.objects.update(position_at=at)
        at, _warm = _batches(dispatcher, units, at, points=POINTS, rounds=1)
        at, full = _batches(dispatcher, units, at, points=POINTS, rounds=ROUNDS)
        at, single = _batches(dispatcher, units, at, points=1, rounds=ROUNDS)
        floor = _per_row(units, devices, at)
    return {
        "batch": UNITS * POINTS,
        "rows_per_s": round(full),
        "rows_per_s_one_point_a_unit": round(single),
        "per_row_per_s": round(floor),
        "ratio_to_per_row": round(full / floor, 1),
    }


def _batches(
    dispatcher: User, units: list[Unit], at: datetime, *, points: int, rounds: int
) -> tuple[datetime, float]:
    """Report all units `rounds` times, a second between points; (the last instant, rows per second)."""
    began = time.perf_counter()
    for _ in range(rounds):
        reports = []
        for _ in range(points):
            at += timedelta(seconds=1)
            reports += [
                Report(unit.call_sign, at, unit.lat + _step(), unit.lon + _step(), 30.0, 90.0, 8.0)
                for unit in units
            ]
        if set(positions_take(actor=dispatcher, reports=reports)) != {Outcome.TAKEN}:
            raise RuntimeError("not every point was taken")
    return at, len(units) * points * rounds / (time.perf_counter() - began)


def _per_row(units: list[Unit], devices: list[Device], start: datetime) -> float:
    """How many rows a second one connection writes one by one."""
    rows, began = 0, time.perf_counter()
    with connection.cursor() as cursor:
        for turn in itertools.count():
            at = start + timedelta(seconds=turn + 1)
            for unit, device in zip(units, devices, strict=True):
                lat, lon = unit.lat + _step(), unit.lon + _step()
                cursor.execute("BEGIN")
                cursor.execute(_INSERT, [device.pk, at, unit.pk, lat, lon])
                cursor.execute(_UPDATE, [lat, lon, at, unit.pk, at])
                cursor.execute("COMMIT")
                rows += 1
                if rows % 100 == 0 and time.perf_counter() - began > FLOOR_SECONDS:
                    return rows / (time.perf_counter() - began)
    raise AssertionError("a count has no end")


def _step() -> float:
    """A few metres, in degrees."""
    return random.uniform(-0.0005, 0.0005)  # noqa: S311 - scenery
