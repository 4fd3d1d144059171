"""Kinds of incident, as the bureau's bulletins count them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps


class Category(models.Model):
    """One kind of incident, found by code, name or the initials of its pinyin (`dj` 打架斗殴)."""

    class Group(models.TextChoices):
        """The published groups of a bulletin."""

        CRIME = "crime", _("Crime")
        PUBLIC_ORDER = "public_order", _("Public order")
        TRAFFIC = "traffic", _("Traffic")
        FIRE = "fire", _("Fire")
        DISPUTE = "dispute", _("Dispute")
        HELP = "help", _("Help")
        COMPLAINT = "complaint", _("Complaint")
        OTHER = "other", _("Other")

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    group = models.CharField(_("group"), max_length=20, choices=Group)
    name = models.CharField(_("name"), max_length=40, unique=True)
    name_en = models.CharField(_("name in English"), max_length=60)
    initials = models.CharField(_("pinyin initials"), max_length=20)
    priority = models.PositiveSmallIntegerField(
        _("preset priority"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    follow_up_hours = models.PositiveSmallIntegerField(
        _("follow-up call within, hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_("After closing the caller is rung up about it; empty: no call"),
    )
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="category_priority", condition=models.Q(priority__range=(1, 4))),
        ]
        triggers = [bumps("category")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en
