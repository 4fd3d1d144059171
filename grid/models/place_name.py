"""The gazetteer 地名库: the bureau's own names of places, and the files that they are imported from."""

import re
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.coordinates import System
from grid.pinyin import keys_of

_COMMAS = re.compile(r"[,，、;；]+")


class PlaceName(models.Model):
    """One named place, found by its name, another name or its address, by characters or by pinyin (`grid.pinyin`)."""

    class Kind(models.TextChoices):
        RESIDENTIAL = "residential", _("Housing estate")
        ROAD = "road", _("Road or junction")
        MARKET = "market", _("Shop or market")
        SCHOOL = "school", _("School")
        HOSPITAL = "hospital", _("Hospital")
        COMPANY = "company", _("Company")
        OFFICE = "office", _("Public office")
        TRANSPORT = "transport", _("Transport")
        LEISURE = "leisure", _("Park or leisure")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=60)
    aliases = models.CharField(
        _("other names"),
        max_length=200,
        blank=True,
        help_text=_("Parted by commas: old names, what people say"),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    lat = models.FloatField(_("latitude"), help_text=_("WGS-84 degrees"))
    lon = models.FloatField(_("longitude"))
    source = models.CharField(_("source"), max_length=100, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    # What it is found by; follow from the names with each save.
    letters = models.TextField(editable=False)
    initials = models.TextField(editable=False)

    class Meta:
        verbose_name = _("place name")
        verbose_name_plural = _("place names")
        ordering = ["name", "address"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "address"],
                name="place_name_once",
                violation_error_message=_("This name at this address is in the gazetteer already."),
            ),
            models.CheckConstraint(
                name="place_name_on_earth",
                condition=models.Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                violation_error_message=_("Latitude or longitude is out of range."),
            ),
        ]
        indexes = [
            # the search while an address is typed; both columns in one, for whole and shortened pinyin
            GinIndex(
                fields=["initials", "letters"],
                name="place_name_keys",
                fastupdate=False,  # a search never wades through what an import left unsorted
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.make_keys()
        super().save(*args, **kwargs)

    def make_keys(self) -> None:
        """Fill `letters` and `initials`; who writes in bulk calls it first."""
        self.letters, self.initials = keys_of([self.name, *self.other_names, *filter(None, [self.address])])

    @property
    def other_names(self) -> list[str]:
        return [name.strip() for name in _COMMAS.split(self.aliases) if name.strip()]


class PlaceNameFile(models.Model):
    """One file for the gazetteer: checked when it comes, taken over by a second step. `rows` are gone after that."""

    name = models.CharField(_("file"), max_length=120)
    system = models.CharField(
        _("coordinate system"), max_length=5, choices=[(one.value, one.value) for one in System]
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    rows = models.JSONField(default=list)
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)

    class Meta:
        verbose_name = _("gazetteer file")
        verbose_name_plural = _("gazetteer files")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
