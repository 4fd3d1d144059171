"""Response plans in memory, by category and priority."""

from dataclasses import dataclass

from boshan_police.kernel.reference import Reference
from dispatch.models import ResponsePlan
from patrol.models import Unit

POLICE = (Unit.Kind.CAR.value, Unit.Kind.FOOT.value, Unit.Kind.TRAFFIC.value)


@dataclass(frozen=True)
class Need:
    """`count` units of any of `kinds`, able to do `capability` unless that is empty."""

    kinds: tuple[str, ...]
    capability: str
    count: int


_DEFAULT = (Need(POLICE, "", 1),)  # without any plan somebody still has to go


def _load() -> dict[tuple[str | None, int], tuple[Need, ...]]:
    """All plans; two queries."""
    return {
        (plan.category_id, plan.priority): tuple(
            Need(tuple(need.kinds), need.capability, need.count) for need in plan.needs.all()
        )
        for plan in ResponsePlan.objects.prefetch_related("needs")
    }


_plans = Reference(("response_plan",), _load)


def needs_of(category: str, priority: int) -> tuple[Need, ...]:
    """The category's own plan at this priority, else the one for all categories, else one police unit."""
    plans = _plans.get()
    return plans.get((category, priority)) or plans.get((None, priority)) or _DEFAULT
