"""Organisations: the bureau, its branches and stations, and the bodies outside that work with it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps


class Organisation(models.Model):
    """A node of the tree. `code` is its natural key everywhere: in rows, events, exports (12 digits, GA/T 380 style)."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("Bureau")
        COMMAND_CENTRE = "command_centre", _("Command centre")
        BRANCH = "branch", _("Branch")
        STATION = "station", _("Station")
        GUARD_SQUADRON = "guard_squadron", _("Guard squadron")
        RESCUE_TEAM = "rescue_team", _("Rescue team")
        OUTSIDE = "outside", _("Outside body")

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    short_name = models.CharField(
        _("short name"), max_length=20, help_text=_("As on the board, such as 城东")
    )
    short_name_en = models.CharField(_("short name in English"), max_length=30)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    lat = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("Seat, WGS-84 degrees"))
    lon = models.FloatField(_("longitude"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="organisation_not_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("code")),
            ),
        ]
        triggers = [bumps("organisation")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The short name in the reader's language."""
        return self.short_name if (get_language() or "zh").startswith("zh") else self.short_name_en
