"""The follow-up call 回访: asking the caller, after it is over, how it went."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .incident import Incident


class FollowUpCall(models.Model):
    """One call to make by `due_at`. Made, given up after three tries, or dropped because the incident was reopened."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DONE = "done", _("Done")
        GIVEN_UP = "given_up", _("Given up")
        DROPPED = "dropped", _("Dropped")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="follow_up_calls")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(_("satisfaction, 1 to 5"), null=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("follow-up call")
        verbose_name_plural = _("follow-up calls")
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], name="follow_up_one_due", condition=models.Q(state="due")
            ),
            models.CheckConstraint(
                name="follow_up_rating",
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)),
            ),
        ]
        indexes = [
            # the list of calls to make, soonest first
            models.Index(fields=["due_at"], name="follow_up_due", condition=models.Q(state="due")),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.state}"
