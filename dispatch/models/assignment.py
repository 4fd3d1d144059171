"""Who was sent to what, and how far they have come."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import ACTIVE_STEPS, Step
from grid.models import User
from patrol.models import Unit

from .incident import Incident


class Assignment(models.Model):
    """One order 指令: a unit, or one officer in person, answers one incident.

    At most one active assignment per unit: the database refuses a second (`assignment_unit_once`).
    """

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="assignments", verbose_name=_("incident")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("unit")
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("officer"),
    )
    step = models.CharField(_("step"), max_length=12, choices=Step, default=Step.DISPATCHED)
    claimed = models.BooleanField(_("claimed by the station itself"), default=False)

    dispatched_at = models.DateTimeField(_("dispatched"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    departed_at = models.DateTimeField(_("set out"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("on scene"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported back"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                name="assignment_unit_once",
                condition=models.Q(step__in=sorted(ACTIVE_STEPS)),
            ),
            models.CheckConstraint(
                name="assignment_to_somebody",
                condition=models.Q(unit__isnull=False) | models.Q(officer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident} · {self.label}"

    @property
    def active(self) -> bool:
        return self.step in ACTIVE_STEPS

    @property
    def party(self) -> Unit | User:
        """Who answers: the unit, or the officer. Nobody is refused by the database (`assignment_to_somebody`)."""
        party = self.unit or self.officer
        assert party  # noqa: S101
        return party

    @property
    def label(self) -> str:
        """The unit's call sign, or the officer's name."""
        party = self.party
        return party.call_sign if isinstance(party, Unit) else party.name
