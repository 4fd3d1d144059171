"""Units: what can be sent."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Organisation

from .state import remembers_states


class CubeField(models.Field):  # type: ignore[type-arg] # takes no parameters when it runs
    """A point on the earth's sphere, metres from its centre, of the `cube` extension; only the database writes it."""

    def db_type(self, connection: object) -> str:
        return "cube"


CAPABILITIES = {
    "armed": _("armed"),
    "crowd": _("crowd control"),
    "first_aid": _("first aid"),
    "investigation": _("investigation"),
    "mediation": _("mediation"),
    "rescue": _("rescue"),
    "search": _("search"),
    "traffic": _("traffic control"),
}
"""What a unit may be able to do, as the product knows it; a bureau may write others."""


def capability_label(code: str) -> str:
    """The words for a capability in the reader's language; a bureau's own one as it was written."""
    return str(CAPABILITIES.get(code, code))


EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980


class Unit(models.Model):
    """A police car, a foot patrol, a guard squadron or a rescue team. `version` grows with each change, position included."""

    class Kind(models.TextChoices):
        CAR = "car", _("Police car")
        FOOT = "foot", _("Foot patrol")
        TRAFFIC = "traffic", _("Traffic police")
        GUARD = "guard", _("Guard squadron")
        RESCUE = "rescue", _("Rescue team")

    class Status(models.TextChoices):
        OFF_DUTY = "off_duty", _("Off duty")
        FREE = "free", _("Free")
        ASSIGNED = "assigned", _("Assigned")
        EN_ROUTE = "en_route", _("En route")
        ON_SCENE = "on_scene", _("On scene")

    call_sign = models.CharField(_("call sign"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="units",
        db_index=False,  # `unit_of_organisation` begins with it
        verbose_name=_("organisation"),
    )
    station = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="units_on_ground",
        null=True,
        blank=True,
        verbose_name=_("station"),
        help_text=_("The station on whose ground it usually is"),
    )
    capabilities = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name=_("capabilities")
    )
    members = models.PositiveSmallIntegerField(_("members"), default=2)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OFF_DUTY)
    duty_until = models.DateTimeField(
        _("on duty until"), null=True, blank=True, help_text=_("The end of its shift, where that is known")
    )
    duty_since = models.DateTimeField(null=True, editable=False)  # no position of before is taken
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    position_at = models.DateTimeField(_("position at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(editable=False)
    point = models.GeneratedField(
        # Own expression instead of ll_to_earth: its unqualified names break ANALYZE and restores.
        expression=models.expressions.RawSQL(  # noqa: S611 - our own constant only
            # A unit without a position has no point; cube itself refuses an array with nulls.
            f"CASE WHEN lat IS NOT NULL AND lon IS NOT NULL THEN "
            f"cube(ARRAY[{EARTH_RADIUS_M} * cos(radians(lat)) * cos(radians(lon)), "
            f"{EARTH_RADIUS_M} * cos(radians(lat)) * sin(radians(lon)), {EARTH_RADIUS_M} * sin(radians(lat))]) END",
            (),
        ),
        output_field=CubeField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["call_sign"]
        indexes = [
            # the nearest free units to a place, by distance (`point <-> place`)
            GistIndex(fields=["point"], name="unit_nearest_free", condition=models.Q(status="free")),
            models.Index(fields=["updated_at"], name="unit_changed"),  # what a heartbeat names
            models.Index(
                fields=["organisation", "status"], name="unit_of_organisation"
            ),  # a station's own units
        ]
        constraints = [
            models.CheckConstraint(
                name="unit_position_whole",
                condition=models.Q(lat__isnull=True, lon__isnull=True, position_at__isnull=True)
                | models.Q(lat__range=(-90, 90), lon__range=(-180, 180), position_at__isnull=False),
            ),
        ]
        triggers = [remembers_states()]

    def __str__(self) -> str:
        return self.call_sign
