"""Who was named in a note."""

from django.conf import settings
from django.db import models

from .timeline import TimelineEntry


class Mention(models.Model):
    """One person named in one entry of a timeline, as `label`: by name, or by call sign or organisation with others.

    A list entry and no alarm: it has no deadline and never sounds.
    """

    # found by `mention_once`, which begins with it
    entry = models.ForeignKey(TimelineEntry, models.PROTECT, related_name="mentions", db_index=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentions", db_index=False
    )
    label = models.CharField(max_length=60)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "recipient"], name="mention_once"),
        ]
        indexes = [
            # one person's list, newest first
            models.Index(fields=["recipient", "-id"], name="mention_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} → {self.recipient_id}"
