"""Handing an incident over to another station or branch."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Organisation

from .incident import Incident


class Handover(models.Model):
    """One offer of an incident to another organisation. Until it is accepted the first one answers for it, timers and all."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )  # null: no station yet
    taker = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], name="handover_one_pending", condition=models.Q(state="offered")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.taker_id} {self.state}"
