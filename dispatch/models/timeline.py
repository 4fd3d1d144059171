"""The timeline: what happened to an incident, by whom, to the second. Nothing in it is changed or removed."""

from django.conf import settings
from django.db import models

from boshan_police.kernel.models import append_only

from .incident import Incident


class TimelineEntry(models.Model):
    """Entry number `version` of an incident. `code` is a registered action (`dispatch.actions`), `data` its particulars.

    `board` stands in the last entry of each act: what the act left of the board's row (`dispatch.past`), so that the
    board of any minute since can be shown again.
    """

    # No index of its own: `timeline_no_gap_no_double` begins with it.
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="timeline", db_index=False)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    code = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=40, blank=True)  # as it was then; empty: the system
    data = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(null=True)  # when it was written down, where that was later
    board = models.JSONField(null=True)

    class Meta:
        ordering = ["incident", "version"]
        constraints = [
            # also the index that reads one incident's story in order
            models.UniqueConstraint(fields=["incident", "version"], name="timeline_no_gap_no_double"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.incident_id}.{self.version} {self.code}"
