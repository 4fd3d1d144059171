"""Who else called about the same matter."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import clock

from .incident import Incident


class FurtherCaller(models.Model):
    """One more caller of an incident that runs already; what was said stands in the timeline, name and phone only here."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="further_callers")
    name = models.CharField(_("caller"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    at = models.DateTimeField()
    created_by = models.ForeignKey(  # found by `caller_joined_once`, which begins with it
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 - null keeps it out of the unique index

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["created_by", "idempotency_key"], name="caller_joined_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {clock.local(self.at):%H:%M:%S}"
