"""The people of the grids and the periods of their posts."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from .organisation import Organisation
from .territory import Grid


class Person(models.Model):
    """Somebody who serves on the ground, with or without an account."""

    class Kind(models.TextChoices):
        COMMUNITY_OFFICER = "community_officer", _("Community officer")
        AUXILIARY = "auxiliary", _("Auxiliary")
        ASSISTANT = "assistant", _("Assistant")

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="people", verbose_name=_("organisation")
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """`person` serves `grid` during `period` (from inclusive, to exclusive; open end = until further notice)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="postings", verbose_name=_("person"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="postings", verbose_name=_("grid"))
    period = DateTimeRangeField(_("period"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            ExclusionConstraint(
                name="posting_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("grid", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.grid}"
