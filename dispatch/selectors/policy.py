"""Escalation policies as the sweeper and the services need them: in memory, by category and priority."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from boshan_police.kernel.reference import Reference
from dispatch.lifecycle import ROLE_OF_LEVEL, Level, Stage
from dispatch.models import Policy
from grid.models import Organisation
from grid.selectors.duty import on_duty, on_duty_by_organisation
from grid.selectors.organisation import organisations


@dataclass(frozen=True)
class PlannedStep:
    """`seconds` after the stage began, `level` is told."""

    seconds: int
    level: int


@dataclass(frozen=True)
class Plan:
    """One policy. `steps[stage]` is in order of time; a stage without steps has no limit."""

    follow_up_seconds: int
    steps: dict[str, tuple[PlannedStep, ...]]
    repeat_seconds: int | None = None

    def of(self, stage: str) -> tuple[PlannedStep, ...]:
        return self.steps.get(stage, ())


_NONE = Plan(follow_up_seconds=300, steps={})


def _load() -> dict[tuple[str | None, int], Plan]:
    """All policies; two queries."""
    plans = {}
    for policy in Policy.objects.prefetch_related("steps"):
        steps = sorted(policy.steps.all(), key=lambda step: (step.stage, step.seconds))
        by_stage: dict[str, tuple[PlannedStep, ...]] = defaultdict(tuple)
        for stage, group in groupby(steps, key=lambda step: step.stage):
            by_stage[stage] = tuple(PlannedStep(step.seconds, step.level) for step in group)
        plans[policy.category_id, policy.priority] = Plan(
            policy.follow_up_seconds, dict(by_stage), policy.repeat_seconds
        )
    return plans


_policies = Reference(("policy",), _load)


def plan_for(category: str, priority: int) -> Plan:
    """The category's own policy at this priority, else the one for all categories, else one without limits."""
    plans = _policies.get()
    return plans.get((category, priority)) or plans.get((None, priority)) or _NONE


def policy_words() -> dict[str, Any]:
    """What the picture writes, in the reader's language."""
    return {
        "stages": [[stage.value, str(stage.label)] for stage in Stage],
        "levels": {level.value: str(level.label) for level in Level},
    }


@dataclass(frozen=True)
class Told:
    """Whom a level tells now: `groups` of (where, names); where is empty for a level of the whole bureau."""

    level: int
    label: str
    groups: list[tuple[str, list[str]]]


def told_now(at: datetime) -> list[Told]:
    """Every level with the people the duty roster gives it at `at`. Three queries."""
    found = []
    for level in Level:
        role = ROLE_OF_LEVEL[level]
        if level == Level.STATION_COMMANDER:
            people = on_duty_by_organisation(role, at)
            groups = [
                (station.label, [person.name for person in people.get(station.code, [])])
                for station in organisations().by_code.values()
                if station.kind == Organisation.Kind.STATION
            ]
        else:
            groups = [("", [person.name for person in on_duty(role, None, at)])]
        found.append(Told(level.value, str(level.label), groups))
    return found
