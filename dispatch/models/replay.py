"""What a replayed dispatch log has already brought in, so that a broken-off replay goes on where it stopped."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from .incident import Incident


class ReplayedRow(models.Model):
    """Row `key` of log `source` became `incident`. `note` says what was changed on the way (a moved place, a skipped stage).

    `inferred` names the incident's stamps that the log does not hold and a later step had to bring along; figures
    leave them out.
    """

    source = models.CharField(max_length=64)  # SHA-256 of the file's name, its first line and the run's name
    key = models.CharField(max_length=60)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    inferred = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    played = models.PositiveSmallIntegerField(default=0)  # how many of the row's steps have been taken
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="replayed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.key}"
