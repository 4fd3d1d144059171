"""Warnings about a place 地点提示: what a crew has to know before it stands there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps


class Hazard(models.Model):
    """One warning. It speaks of the place, never of a person: the kinds are a closed list, and each has an end."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Narrow or blocked way in")
        STAIRS = "stairs", _("Things piled in the stairwell")
        GAS = "gas", _("Gas")
        ELECTRICITY = "electricity", _("Electricity")
        CHEMICALS = "chemicals", _("Dangerous goods")
        HEIGHT = "height", _("Height, edge or shaft")
        WATER = "water", _("Deep water")
        DOG = "dog", _("Dog")
        STEP_FREE = "step_free", _("Step-free way in")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.CharField(_("what to know"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"), help_text=_("WGS-84 degrees"))
    lon = models.FloatField(_("longitude"))
    reason = models.CharField(_("how it is known"), max_length=200)
    valid_until = models.DateField(_("valid until"), help_text=_("This day is the last one"))
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("warning about a place")
        verbose_name_plural = _("warnings about places")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="hazard_on_earth", condition=models.Q(lat__range=(-90, 90), lon__range=(-180, 180))
            ),
        ]
        triggers = [bumps("hazard")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"
