"""Timers and what they set off."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import Level, Stage

from .incident import Incident


class Timer(models.Model):
    """One step of a policy waiting for its time. Only the next step of an incident is pending; firing it plants the one after.

    Never fires when the incident's generation has moved on; later than 60 minutes it expires instead.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        FIRED = "fired", _("Fired")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")
        SKIPPED = "skipped", _("Skipped")

    incident = models.ForeignKey(  # found by `timer_once`, which begins with it
        Incident, models.PROTECT, related_name="timers", db_index=False
    )
    generation = models.PositiveIntegerField()
    step = models.PositiveSmallIntegerField()  # 1, 2, … within the generation
    stage = models.CharField(max_length=15, choices=Stage)
    level = models.PositiveSmallIntegerField(choices=Level)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    done_at = models.DateTimeField(
        null=True
    )  # of a pending one: when it was last tried and found nobody on duty

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "generation", "step"], name="timer_once"),
        ]
        indexes = [
            # the sweeper: what is due, soonest first; and the age of the oldest overdue timer
            models.Index(fields=["due_at"], name="timer_due", condition=models.Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} g{self.generation} step {self.step} {self.state}"


class Escalation(models.Model):
    """A stage that stood still: one row per generation, its `level` rising with each fired step.

    It stays until somebody takes it over by name (`owner`) or a step forward ends it (`ended_at`).
    """

    incident = models.ForeignKey(  # found by `escalation_once`, which begins with it
        Incident, models.PROTECT, related_name="escalations", db_index=False
    )
    generation = models.PositiveIntegerField()
    stage = models.CharField(max_length=15, choices=Stage)
    level = models.PositiveSmallIntegerField(choices=Level)
    raised_at = models.DateTimeField()
    next_level = models.PositiveSmallIntegerField(choices=Level, null=True)
    next_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    snoozed_seconds = models.PositiveIntegerField(default=0)  # by which the steps still to come are put off
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "generation"], name="escalation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} g{self.generation} level {self.level}"


class Notice(models.Model):
    """One recipient told of one fired timer, on the screen; `Delivery` tells the same person elsewhere.

    `shown_at` is when a browser of that person first showed it, `seen_at` when the person silenced it (key A).
    """

    timer = models.ForeignKey(  # found by `notice_once`, which begins with it
        Timer, models.PROTECT, related_name="notices", db_index=False
    )
    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="notices")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    created_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timer", "recipient"], name="notice_once"),
        ]
        indexes = [
            # what still rings for one person
            models.Index(
                fields=["recipient"], name="notice_unseen", condition=models.Q(seen_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.timer} → {self.recipient_id}"
