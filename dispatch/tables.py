"""The files of the events: categories, response plans with their needs, escalation policies with their steps."""

from django.utils.translation import gettext_lazy as _

from grid.column import Choice, Link, Several
from grid.table import Inner, Table, columns_of
from patrol.models import Unit
from patrol.models.unit import CAPABILITIES

from .lifecycle import Stage
from .models import Category, PlanNeed, Policy, PolicyStep, ResponsePlan

CATEGORIES = Table(
    key=["code"],
    columns=columns_of(
        Category, "code", "name", "name_en", "initials", "group", "priority", "follow_up_hours", "active"
    ),
)

_CATEGORY = Link("category", _("category"), to=Category, by="code", anything="*")

POLICIES = Table(
    key=["category", "priority"],
    columns=columns_of(
        Policy,
        "category",
        "priority",
        "follow_up_seconds",
        "repeat_seconds",
        category=_CATEGORY,
    ),
    inner=Inner(
        PolicyStep,
        "steps",
        columns_of(PolicyStep, "stage", "seconds", "level"),
        key=["stage", "seconds"],
        order=lambda step: (Stage.values.index(step.stage), step.seconds),
    ),
)

PLANS = Table(
    key=["category", "priority"],
    columns=columns_of(ResponsePlan, "category", "priority", category=_CATEGORY),
    inner=Inner(
        PlanNeed,
        "needs",
        columns_of(
            PlanNeed,
            "kinds",
            "capability",
            "count",
            kinds=Several("kinds", _("kinds"), choices=dict(Unit.Kind.choices)),
            capability=Choice("capability", _("capability"), choices=CAPABILITIES, free=True),
        ),
    ),
)
