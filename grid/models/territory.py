"""Territory: the grids of the stations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps

from .organisation import Organisation


class GridQuerySet(models.QuerySet["Grid"]):
    """Grids by whether they hold today."""

    def in_force(self) -> "GridQuerySet":
        """Those that are drawn, found and served; the retired ones only name what was counted there."""
        return self.filter(valid_until__isnull=True)


class Grid(models.Model):
    """One grid 网格: the smallest area with an officer of its own. `boundary` is GeoJSON (Multi)Polygon, WGS-84."""

    code = models.CharField(_("code"), max_length=30, unique=True, help_text=_("Such as 城东-017"))
    station = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="grids",
        verbose_name=_("station"),
        limit_choices_to={"kind": "station"},
    )
    community_code = models.CharField(
        _("community code"), max_length=12, help_text=_("Division, street or town, community")
    )
    community = models.CharField(_("community"), max_length=40)
    boundary = models.JSONField(_("boundary"))
    # A point inside, for labels and for places known only by their grid.
    lat = models.FloatField(_("latitude"))
    lon = models.FloatField(_("longitude"))
    valid_from = models.DateTimeField(
        _("in force since"), null=True, blank=True, help_text=_("Since when it has this shape; empty: always")
    )
    # Retired, never deleted: incidents stay where they were counted.
    valid_until = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ["code"]
        triggers = [bumps("grid")]

    def __str__(self) -> str:
        return self.code
