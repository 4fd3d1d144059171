"""Response plans: which forces an incident asks for."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps
from patrol.models import Unit

from .category import Category
from .policy import configured_for


class ResponsePlan(models.Model):
    """What incidents of one priority need, of one category or (category empty) of all others."""

    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )

    class Meta:
        verbose_name = _("response plan")
        verbose_name_plural = _("response plans")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "priority"], name="response_plan_once", nulls_distinct=False
            ),
        ]
        triggers = [bumps("response_plan")]

    def __str__(self) -> str:
        return configured_for(self.category, self.priority)


class PlanNeed(models.Model):
    """One line of a plan: `count` units of any of `kinds`, able to do `capability` where one is named."""

    plan = models.ForeignKey(
        ResponsePlan, models.CASCADE, related_name="needs", verbose_name=_("response plan")
    )
    kinds = ArrayField(models.CharField(max_length=10, choices=Unit.Kind), verbose_name=_("kinds"))
    capability = models.CharField(_("capability"), max_length=30, blank=True)
    count = models.PositiveSmallIntegerField(
        _("how many"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["plan", "id"]
        constraints = [
            models.CheckConstraint(
                name="plan_need_some", condition=models.Q(count__gte=1, kinds__len__gte=1)
            ),
        ]
        triggers = [bumps("response_plan")]

    def __str__(self) -> str:
        return f"{self.plan} {self.count} × {'/'.join(self.kinds)} {self.capability}".strip()
