"""A notice on its way to a person beside the screen: by e-mail, to a closed browser, through a gateway."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Contact

from .escalation import Notice


class Delivery(models.Model):
    """One notice to one contact; without a notice a message that a person sent to try the contact.

    A worker that takes it moves `due_at` beyond its own time limit, so that one killed in the middle costs a delay
    and never the message. The other side may get it twice, and knows it by `key`.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("No longer needed")

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # goes out with it; receipts name it
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="deliveries")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # when to try next; null once there is nothing to try
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)  # of the last attempt

    class Meta:
        indexes = [
            # the courier: what is due, soonest first; and the age of the oldest that waits
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="queued")),
            # the failures of the last hour
            models.Index(fields=["failed_at"], name="delivery_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
