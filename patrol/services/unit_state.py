"""The states of units that are kept for a look back: positions given by hand, and the end of all states' time."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection

from boshan_police.kernel import clock
from patrol.models.state import STATE_COLUMNS

_COLUMNS = ", ".join(STATE_COLUMNS)


def unit_states_note(units: Iterable[int]) -> None:
    """Keep what the units, by key, are now: a position given by hand is in no device's history. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO patrol_unitstate (unit_id, at, {_COLUMNS}) "  # noqa: S608 - names of ours
            f"SELECT id, updated_at, {_COLUMNS} FROM patrol_unit WHERE id = ANY(%s)",
            [list(units)],
        )


def unit_states_drop() -> int:
    """Remove states older than positions are kept, but of each unit the one that still held then. One query."""
    oldest = clock.now() - timedelta(days=settings.POSITION_RETENTION_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM patrol_unitstate AS old USING patrol_unitstate AS later "
            "WHERE old.at < %s AND later.at < %s AND later.unit_id = old.unit_id "
            "AND (later.at, later.id) > (old.at, old.id)",
            [oldest, oldest],
        )
        return int(cursor.rowcount)
