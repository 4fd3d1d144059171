"""The incident: what somebody needs, where, and how far the answer has come."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import Stage, Status
from grid.coordinates import System
from grid.models import Grid, Organisation

from .category import Category


class DailySerial(models.Model):
    """The last serial of a day in the bureau's zone. Its row lock is taken last in an intake, to be held briefly."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Incident(models.Model):
    """One incident 警情.

    `version` grows by one with each timeline entry and has no gaps. `generation` grows each time a stage clock
    starts; a timer of an older generation never fires. The stage columns are what the board shows; services keep
    them in step with the status (`dispatch.lifecycle`).
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    priority = models.PositiveSmallIntegerField(_("priority"))
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.REPORTED)
    summary = models.TextField(_("what was said"))

    address = models.CharField(_("address"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    # The system the point was given in, and its numbers as they were; `lat` and `lon` are WGS-84 in any case.
    point_system = models.CharField(
        max_length=5, default="wgs84", choices=[(one.value, one.value) for one in System]
    )
    point_given = models.CharField(max_length=60, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, verbose_name=_("grid"))
    station = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        db_index=False,  # `incident_of_station` begins with it
        verbose_name=_("station"),
    )
    outside_district = models.BooleanField(_("outside the district"), default=False)

    caller_name = models.CharField(_("caller"), max_length=40, blank=True)
    caller_phone = models.CharField(_("phone"), max_length=20, blank=True)

    reported_at = models.DateTimeField(_("received"))
    dispatched_at = models.DateTimeField(_("dispatched"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    departed_at = models.DateTimeField(_("set out"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("on scene"), null=True, blank=True)
    reported_back_at = models.DateTimeField(_("reported back"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="split_off", verbose_name=_("split off")
    )
    # What a crew asked for and nobody has sent or declined yet.
    reinforcement = models.CharField(_("reinforcement asked for"), max_length=200, blank=True)
    reinforcement_at = models.DateTimeField(null=True, blank=True)

    stage = models.CharField(_("stage"), max_length=15, choices=Stage, blank=True)
    stage_since = models.DateTimeField(null=True, blank=True)
    limit_at = models.DateTimeField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=1)
    escalation = models.OneToOneField(
        "dispatch.Escalation", models.SET_NULL, null=True, blank=True, related_name="current_for"
    )

    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(  # found by `incident_filed_once`, which begins with it
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 - null keeps it out of the unique index
    idempotency_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["created_by", "idempotency_key"], name="incident_filed_once"),
            models.CheckConstraint(name="incident_priority", condition=models.Q(priority__range=(1, 4))),
            models.CheckConstraint(
                name="incident_point_whole",
                condition=models.Q(lat__isnull=True, lon__isnull=True)
                | models.Q(lat__range=(-90, 90), lon__range=(-180, 180)),
            ),
        ]
        indexes = [
            # the board: what is open, of all or of one station
            models.Index(
                fields=["station"],
                name="incident_open",
                condition=models.Q(
                    status__in=["reported", "dispatched", "accepted", "en_route", "on_scene", "reported_back"]
                ),
            ),
            models.Index(fields=["updated_at"], name="incident_changed"),  # what a heartbeat names
            models.Index(
                fields=["station", "-id"], name="incident_of_station"
            ),  # a station's list, newest first
            models.Index(fields=["reported_at"], name="incident_reported"),  # counts of a day
            models.Index(fields=["lat", "lon"], name="incident_at_point"),  # what happened here before
            # the same by address, and addresses that begin with what is typed
            models.Index(fields=["address"], name="incident_at_address", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def short_number(self) -> str:
        """The daily serial, as spoken on the radio: the digits after division (6) and date (8)."""
        return self.number[14:]

    @property
    def life_began(self) -> datetime:
        """When it was filed or, if it was reopened, when that was last: only assignments made since then count."""
        return self.reopened_at or self.created_at
