"""What an administrator changes of a unit, without touching what its crew changes at the same time."""

from collections.abc import Collection

from django.db import transaction

from boshan_police.kernel import clock
from boshan_police.kernel.access import require
from boshan_police.kernel.locking import lock_rows
from grid.access import CONFIGURE
from grid.models import User
from patrol import live
from patrol.models import Unit


def unit_configure(*, actor: User, unit: Unit, changed: Collection[str]) -> Unit:
    """Write the `changed` fields of `unit` and tell the boards; a unit without a key is new and off duty."""
    require(actor, CONFIGURE)
    with transaction.atomic():
        now = clock.now()
        if unit.pk is None:
            unit.updated_at = now
            unit.save()
        else:
            # Status, position and version are those of this moment, not of when the form was opened.
            row = lock_rows(Unit, [unit.pk])[unit.pk]
            unit.version, unit.updated_at = row.version + 1, now
            unit.save(update_fields=[*changed, "version", "updated_at"])
        live.unit_changed(unit)
    return unit
