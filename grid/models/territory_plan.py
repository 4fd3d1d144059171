"""Plans for the territory: drafted over hours, in force at one instant, and what was in force before."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import User
from .organisation import Organisation
from .territory import Grid


class TerritoryPlan(models.Model):
    """A change of the territory as one act: all of its grids change at `effective_at`, or none."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        IN_FORCE = "in_force", _("In force")
        WITHDRAWN = "withdrawn", _("Given up")

    title = models.CharField(_("title"), max_length=80)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    # Grows by one with each change, so that of two editors the slower one is told.
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("last changed by"))
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    effective_at = models.DateTimeField(_("takes effect at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    # Why it went back to being a draft instead of into force: {code, …details}, in words by `territory_words`.
    halted = models.JSONField(_("halted"), default=dict, blank=True)

    class Meta:
        verbose_name = _("territory plan")
        verbose_name_plural = _("territory plans")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="territory_plan_has_its_instant",
                condition=Q(state__in=["draft", "withdrawn"]) | Q(effective_at__isnull=False),
            ),
            models.CheckConstraint(
                name="territory_plan_applied_in_force",
                condition=Q(state="in_force", applied_at__isnull=False)
                | (~Q(state="in_force") & Q(applied_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(  # what is due, asked each second
                fields=["effective_at"], name="territory_plan_due", condition=Q(state="scheduled")
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def late_seconds(self) -> float | None:
        """How long after its instant it came into force; None before."""
        if self.applied_at is None or self.effective_at is None:
            return None
        return max(0.0, (self.applied_at - self.effective_at).total_seconds())


class PlannedGrid(models.Model):
    """One grid of a plan as it is to be: a new one (`grid` empty), a changed one, or one that is retired (`removed`).

    A draft keeps what was drawn and typed, also while it is wrong. `base` is the grid as it was when the draft took
    it up: {code, station, community_code, community, boundary (digest)}.
    """

    plan = models.ForeignKey(TerritoryPlan, models.CASCADE, related_name="grids", verbose_name=_("plan"))
    key = models.CharField(_("key"), max_length=40)  # g<id> of a grid there is, else the editor's own
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid")
    )
    removed = models.BooleanField(_("retired"), default=False)
    code = models.CharField(_("code"), max_length=30, blank=True)
    station = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("station")
    )
    community_code = models.CharField(_("community code"), max_length=12, blank=True)
    community = models.CharField(_("community"), max_length=40, blank=True)
    boundary = models.JSONField(_("boundary"))
    base = models.JSONField(_("base"), null=True, blank=True)
    # Numbers of the people who serve it from then on; null: as now.
    people = models.JSONField(_("people"), null=True, blank=True)

    class Meta:
        verbose_name = _("planned grid")
        verbose_name_plural = _("planned grids")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="planned_grid_once"),
            models.CheckConstraint(
                name="planned_grid_removes_a_grid", condition=Q(removed=False) | Q(grid__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.key

    @property
    def kind(self) -> str:
        """new, changed or removed."""
        if self.removed:
            return "removed"
        return "changed" if self.grid_id else "new"


class FormerGrid(models.Model):
    """How a grid was during `period` (from inclusive, to exclusive), before a plan changed or retired it."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="former", verbose_name=_("grid"))
    plan = models.ForeignKey(TerritoryPlan, models.PROTECT, related_name="former", verbose_name=_("plan"))
    period = DateTimeRangeField(_("period"))
    code = models.CharField(_("code"), max_length=30)
    station = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("station"))
    community_code = models.CharField(_("community code"), max_length=12)
    community = models.CharField(_("community"), max_length=40)
    boundary = models.JSONField(_("boundary"))

    class Meta:
        verbose_name = _("former grid")
        verbose_name_plural = _("former grids")
        ordering = ["grid", "period"]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def of(cls, grid: Grid, plan: TerritoryPlan, until: datetime) -> "FormerGrid":
        """What `grid` is now, unsaved, as of before `until`."""
        fields: dict[str, Any] = {
            name: getattr(grid, name)
            for name in ("code", "station_id", "community_code", "community", "boundary")
        }
        return cls(grid=grid, plan=plan, period=(grid.valid_from, until), **fields)
