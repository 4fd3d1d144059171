"""Devices: what reports where a unit is, and who reports without being known."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.coordinates import System

from .unit import Unit


class Device(models.Model):
    """A radio, a car's tracker or a phone of one unit. It speaks for the unit only while it is active.

    The counters say what became of its points (`patrol.services.position.Outcome`).
    """

    class Coordinates(models.TextChoices):
        WGS84 = System.WGS84, _("WGS-84 (GPS)")
        GCJ02 = System.GCJ02, _("GCJ-02 (AMap, Tencent)")
        BD09 = System.BD09, _("BD-09 (Baidu)")

    identifier = models.CharField(
        _("identifier"), max_length=64, unique=True, help_text=_("As the device names itself")
    )
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="devices", verbose_name=_("unit"))
    system = models.CharField(
        _("coordinate system"),
        max_length=5,
        choices=Coordinates,
        default=Coordinates.WGS84,
        help_text=_("The system its coordinates come in; they are kept in WGS-84"),
    )
    active = models.BooleanField(_("active"), default=True)
    token_digest = models.CharField(max_length=64, editable=False, default="")
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    taken = models.BigIntegerField(_("shown"), default=0, editable=False)
    late = models.BigIntegerField(_("out of order"), default=0, editable=False)
    jump = models.BigIntegerField(_("jumps"), default=0, editable=False)
    duplicate = models.BigIntegerField(_("duplicates"), default=0, editable=False)
    future = models.BigIntegerField(_("in the future"), default=0, editable=False)
    old = models.BigIntegerField(_("too old"), default=0, editable=False)
    off_duty = models.BigIntegerField(_("off duty"), default=0, editable=False)
    # Where it last jumped to: a second point there is believed.
    doubt_at = models.DateTimeField(null=True, editable=False)
    doubt_lat = models.FloatField(null=True, editable=False)
    doubt_lon = models.FloatField(null=True, editable=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["identifier"]

    def __str__(self) -> str:
        return self.identifier


class UnknownDevice(models.Model):
    """A name that points came under and no device has: a typing error, or a device nobody has entered yet."""

    identifier = models.CharField(_("identifier"), max_length=64, unique=True)
    points = models.BigIntegerField(_("points"), default=0)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("unknown device")
        verbose_name_plural = _("unknown devices")
        ordering = ["-last_seen"]

    def __str__(self) -> str:
        return self.identifier
