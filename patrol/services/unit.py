"""Units: status, duty, position. Each change moves `version` on, so that a board notices what it missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid
from boshan_police.kernel.locking import lock_rows
from grid.models import User
from patrol import access, live
from patrol.models import Unit
from patrol.watches import watch_end

from .unit_state import unit_states_note

AHEAD = timedelta(seconds=30)
"""How far ahead of our clock a position may claim to be."""


def unit_set_status(unit: Unit, status: str) -> None:
    """Write `status` of a unit that the caller has locked. One query."""
    unit.status = status
    unit.version += 1
    unit.updated_at = clock.now()
    unit.save(update_fields=["status", "version", "updated_at"])


def unit_place(*, actor: User, unit: Unit, lat: float, lon: float, at: datetime) -> bool:
    """Record where `unit` is: WGS-84 degrees, `at` when it was there. False for a position older than the known one.

    Raises Invalid for a point off the globe or a time in the future, Refused for other people's units.
    """
    access.require_unit(actor, unit)
    _check_position(lat, lon, at)
    with transaction.atomic():
        row = lock_rows(Unit, [unit.pk])[unit.pk]
        if row.position_at and at <= row.position_at:
            return False
        unit.lat = row.lat = lat
        unit.lon = row.lon = lon
        unit.position_at = row.position_at = at
        unit.version = row.version = row.version + 1
        unit.updated_at = row.updated_at = clock.now()
        row.save(update_fields=["lat", "lon", "position_at", "version", "updated_at"])
        unit_states_note([row.pk])
        live.unit_changed(row)
    return True


@dataclass(frozen=True)
class Position:
    """Where the unit with key `unit` was at `at` (UTC), WGS-84 degrees."""

    unit: int
    lat: float
    lon: float
    at: datetime


def units_place(*, actor: User, positions: Sequence[Position]) -> int:
    """Record many positions at once, at most one per unit, and tell the boards; how many were newer than the known.

    Four queries, however many. Raises as `unit_place` does, and then records none.
    """
    by_unit = {position.unit: position for position in positions}
    for position in by_unit.values():
        _check_position(position.lat, position.lon, position.at)
    with transaction.atomic():
        rows = lock_rows(Unit, by_unit)
        for row in rows.values():
            access.require_unit(actor, row)
        newer = [
            by_unit[row.pk]
            for row in rows.values()
            if row.position_at is None or row.position_at < by_unit[row.pk].at
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE patrol_unit SET lat = given.lat, lon = given.lon, position_at = given.at, "
                "version = version + 1, updated_at = %s "
                "FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::timestamptz[]) "
                "AS given (unit, lat, lon, at) WHERE patrol_unit.id = given.unit",
                [
                    clock.now(),
                    [position.unit for position in newer],
                    [position.lat for position in newer],
                    [position.lon for position in newer],
                    [position.at for position in newer],
                ],
            )
        unit_states_note([position.unit for position in newer])
        live.units_changed([position.unit for position in newer])
    return len(newer)


def _check_position(lat: float, lon: float, at: datetime) -> None:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid(
            "not_on_earth", _("Latitude is between -90 and 90, longitude between -180 and 180."), field="lat"
        )
    if at > clock.now() + AHEAD:
        raise Invalid("in_the_future", _("The time of the position is in the future."), field="at")


def unit_set_duty(*, actor: User, unit: int, on_duty: bool, until: datetime | None = None) -> Unit:
    """Begin a unit's duty, which lasts `until` where that is known, or end it. Conflict `unit_busy` while it is on a job. Off duty it has no position."""
    roles.require(actor, access.SET_DUTY)
    with transaction.atomic():
        row = lock_rows(Unit, [unit])[unit]
        access.require_unit(actor, row)
        if not on_duty and row.status not in {Unit.Status.FREE, Unit.Status.OFF_DUTY}:
            raise Conflict(
                "unit_busy", _("%s is on a job. Release it first.") % row.call_sign, details={"unit": unit}
            )
        if on_duty and row.status != Unit.Status.OFF_DUTY:
            return row
        unit_set_status(row, Unit.Status.FREE if on_duty else Unit.Status.OFF_DUTY)
        row.duty_until = until if on_duty else None
        row.duty_since = row.updated_at if on_duty else None
        if not on_duty:
            row.lat = row.lon = row.position_at = None
        row.save(update_fields=["duty_until", "duty_since", "lat", "lon", "position_at"])
        live.unit_changed(row)
    return row


def units_relieve(*, actor: User) -> int:
    """The next watch takes over the units whose shift has ended: they stay on duty until it ends. One query."""
    roles.require(actor, access.SET_DUTY)
    now = clock.now()
    over = Unit.objects.filter(duty_until__lte=now).exclude(status=Unit.Status.OFF_DUTY)
    return over.update(duty_until=watch_end(now))
