"""The history of positions, one partition a day (`patrol.services.partition`)."""

from django.db import models

from boshan_police.kernel import clock

from .device import Device
from .unit import Unit


class TrackPoint(models.Model):
    """Where a device of a unit was at an instant: WGS-84 degrees, km/h, degrees from north, metres.

    Migrations make the table in SQL: Django knows no partitions. Nothing refers to it and it refers to nothing by
    constraint, so that a day can be dropped in an instant.
    """

    class Flag(models.TextChoices):
        NONE = ""
        LATE = "late"  # came after a newer one: history only
        JUMP = "jump"  # nobody drives that fast: kept, not shown

    pk = models.CompositePrimaryKey("device_id", "at")
    device = models.ForeignKey(
        Device, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    lat = models.FloatField()
    lon = models.FloatField()
    speed = models.FloatField(null=True)
    heading = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)
    flag = models.CharField(max_length=4, choices=Flag, default=Flag.NONE, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "at"], name="track_of_unit")]  # the trail of a unit

    def __str__(self) -> str:
        return f"{self.device_id} {clock.local(self.at):%Y-%m-%d %H:%M:%S}"
