"""Escalation policies: who is told, after how long, when a stage stands still."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps
from dispatch.lifecycle import Level, Stage

from .category import Category


def configured_for(category: Category | None, priority: int) -> str:
    """What a policy or a plan is for, in words: “Fight, priority 1”."""
    words = {"category": category or gettext("All other categories"), "priority": priority}
    return gettext("%(category)s, priority %(priority)s") % words


class Policy(models.Model):
    """The steps for incidents of one priority, of one category or (category empty) of all others."""

    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    follow_up_seconds = models.PositiveIntegerField(
        _("after a take-over, seconds"),
        default=300,
        help_text=_(
            "Taken over by name and still standing still: the watch commander is told again after this long"
        ),
    )
    repeat_seconds = models.PositiveIntegerField(
        _("repeat each, seconds"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text=_(
            "After its last step the last level is told again and again until somebody takes it over; empty: never"
        ),
    )

    class Meta:
        verbose_name = _("escalation policy")
        verbose_name_plural = _("escalation policies")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "priority"], name="policy_once", nulls_distinct=False
            ),
        ]
        triggers = [bumps("policy")]

    def __str__(self) -> str:
        return configured_for(self.category, self.priority)


class PolicyStep(models.Model):
    """`seconds` after `stage` began, `level` is told. The first step of a stage is its limit on the board."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="steps", verbose_name=_("policy"))
    stage = models.CharField(_("stage"), max_length=15, choices=Stage)
    seconds = models.PositiveIntegerField(_("seconds"), validators=[MinValueValidator(1)])
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["policy", "stage", "seconds"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "stage", "seconds"], name="policy_step_once"),
        ]
        triggers = [bumps("policy")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} · {self.seconds} s → {self.get_level_display()}"
