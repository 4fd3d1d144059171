"""What a unit was, change by change: kept as long as positions are, so that the board of a past minute can be shown."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from boshan_police.kernel import clock
from grid.models import Organisation

STATE_COLUMNS = (
    "version", "call_sign", "kind", "organisation_id", "station_id", "status", "members", "capabilities",
    "lat", "lon", "position_at", "duty_since",
)  # fmt: skip


class UnitState(models.Model):
    """A unit as it was from `at` on. The database writes it beside each change that is not of the position alone.

    Positions of devices are in `TrackPoint`; one given by hand is kept here (`patrol.services.unit`). No constraint ties
    it to others: old rows are removed in bulk, and nothing asks them but a look back.
    """

    unit = models.ForeignKey(
        "patrol.Unit", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    version = models.PositiveIntegerField()
    call_sign = models.CharField(max_length=30)
    kind = models.CharField(max_length=10)
    organisation = models.ForeignKey(
        Organisation, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    station = models.ForeignKey(
        Organisation, models.DO_NOTHING, related_name="+", null=True, db_constraint=False, db_index=False
    )
    status = models.CharField(max_length=10)
    members = models.PositiveSmallIntegerField()
    capabilities = ArrayField(models.CharField(max_length=30))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    position_at = models.DateTimeField(null=True)
    duty_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # what each unit was at an instant (`patrol.selectors.unit_state`)
            models.Index(fields=["unit", "-at", "-id"], name="unit_state_at"),
        ]

    def __str__(self) -> str:
        return f"{self.call_sign} {clock.local(self.at):%Y-%m-%d %H:%M:%S} {self.status}"


def remembers_states() -> pgtrigger.Trigger:
    """The trigger of `Unit` that keeps its states. Not fired by positions, which come a hundred times as often."""
    mine = ", ".join(f"NEW.{column}" for column in STATE_COLUMNS)
    return pgtrigger.Trigger(
        name="remembers_states",
        when=pgtrigger.After,
        operation=pgtrigger.Insert
        | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call] # pgtrigger leaves it without types
            "status",
            "call_sign",
            "kind",
            "organisation_id",
            "station_id",
            "members",
            "capabilities",
            "duty_since",
        ),
        func=(
            f"INSERT INTO patrol_unitstate (unit_id, at, {', '.join(STATE_COLUMNS)}) "  # noqa: S608 - names of ours
            f"VALUES (NEW.id, NEW.updated_at, {mine}); RETURN NULL;"
        ),
    )
