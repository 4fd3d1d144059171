"""Categories and escalation policies of the demo district: what an administrator would otherwise type in."""

import csv
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from dispatch.lifecycle import Level, Stage
from dispatch.models import Category, PlanNeed, Policy, PolicyStep, ResponsePlan
from patrol.models import Unit

_MINUTE = 60
FOLLOW_UP_SECONDS = 300
REPEAT_SECONDS = {1: 120, 2: 300}  # by priority; the others are told once

# Seconds after which levels 1, 2 and 3 are told, by priority and stage; of four the first two tell level 1.
# Unclaimed: the bureaus' 30/60/120/180 s. Not arrived: Boshan's "1-3-5 minutes" reach for priority 1, the published
# 5/10/15/30 min classes of arrival below. Not reported: the published 30/60/120/240 min reminders.
_REMINDERS = (30 * _MINUTE, 60 * _MINUTE, 120 * _MINUTE, 240 * _MINUTE)
STEPS: dict[int, dict[Stage, tuple[int, ...]]] = {
    1: {
        Stage.UNCLAIMED: (30, 60, 120),
        Stage.NOT_DEPARTED: (60, 120, 180),
        Stage.NOT_ARRIVED: (3 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE),
        Stage.NOT_REPORTED: _REMINDERS,
    },
    2: {
        Stage.UNCLAIMED: (60, 120, 180),
        Stage.NOT_DEPARTED: (120, 180, 300),
        Stage.NOT_ARRIVED: (5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE),
        Stage.NOT_REPORTED: _REMINDERS,
    },
    3: {
        Stage.UNCLAIMED: (120, 240, 360),
        Stage.NOT_DEPARTED: (5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE),
        Stage.NOT_ARRIVED: (15 * _MINUTE, 30 * _MINUTE, 45 * _MINUTE),
        Stage.NOT_REPORTED: _REMINDERS,
    },
    4: {
        Stage.UNCLAIMED: (180, 360, 540),
        Stage.NOT_DEPARTED: (10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE),
        Stage.NOT_ARRIVED: (30 * _MINUTE, 60 * _MINUTE, 90 * _MINUTE),
        Stage.NOT_REPORTED: _REMINDERS,
    },
}


def categories() -> list[Category]:
    """All categories, unsaved, with the initials of their pinyin (打架斗殴 → djdo)."""
    with Path(__file__).with_name("categories.csv").open(encoding="utf-8") as file:
        return [
            Category(
                code=row["code"],
                group=row["group"],
                name=row["name"],
                name_en=row["name_en"],
                initials="".join(lazy_pinyin(row["name"], style=Style.FIRST_LETTER)),
                priority=int(row["priority"]),
                follow_up_hours=_FOLLOW_UP_HOURS.get(row["group"]),
            )
            for row in csv.DictReader(file)
        ]


_FOLLOW_UP_HOURS = {"crime": 48, "dispute": 24, "help": 24, "complaint": 24}
"""Assumptions of the demo: a bureau sets its own per category."""


def policies() -> list[Policy]:
    """The default policy of each priority, unsaved."""
    return [
        Policy(
            category=None,
            priority=priority,
            follow_up_seconds=FOLLOW_UP_SECONDS,
            repeat_seconds=REPEAT_SECONDS.get(priority),
        )
        for priority in STEPS
    ]


def steps_of(policy: Policy) -> list[PolicyStep]:
    """The steps of a saved default policy, unsaved."""
    return [
        PolicyStep(policy=policy, stage=stage, seconds=seconds, level=level)
        for stage, times in STEPS[policy.priority].items()
        for level, seconds in zip(sorted([1] * (len(times) - 3) + list(Level)), times, strict=True)
    ]


# --- Response plans ---------------------------------------------------------------------------------------

_K = Unit.Kind
_ANY = [_K.CAR, _K.FOOT, _K.TRAFFIC]
_CARS = [_K.CAR]
Needs = list[tuple[list[Unit.Kind], str, int]]

# By priority, for all categories: kinds, capability, how many. Police and the nearest guards together (就近高效).
_NEEDS: dict[int, Needs] = {
    1: [(_CARS, "", 2), ([_K.GUARD], "", 1)],
    2: [(_CARS, "", 1), ([_K.GUARD], "", 1)],
    3: [(_ANY, "", 1)],
    4: [(_ANY, "", 1)],
}
# By category, at its preset priority.
_NEEDS_OF: dict[str, Needs] = {
    "knife": [(_CARS, "armed", 1), (_CARS, "", 1), ([_K.GUARD], "", 1)],
    "robbery": [(_CARS, "armed", 1), (_CARS, "investigation", 1)],
    "homicide": [(_CARS, "armed", 1), (_CARS, "investigation", 1), ([_K.TRAFFIC], "", 1)],
    "gathering": [(_CARS, "crowd", 1), ([_K.GUARD], "crowd", 2)],
    "collision": [([_K.TRAFFIC], "", 1)],
    "injury_crash": [([_K.TRAFFIC], "", 1), (_ANY, "first_aid", 1)],
    "road_blocked": [([_K.TRAFFIC], "", 1)],
    "parking": [([_K.TRAFFIC, _K.FOOT], "", 1)],
    "fire": [(_CARS, "", 1), ([_K.TRAFFIC], "", 1), ([_K.GUARD], "", 2)],
    "wildfire": [(_CARS, "", 1), ([_K.GUARD], "", 2), ([_K.RESCUE], "rescue", 1)],
    "missing": [(_ANY, "", 1), ([_K.RESCUE], "search", 1)],
    "trapped": [(_ANY, "first_aid", 1), ([_K.RESCUE], "rescue", 1)],
    "family": [(_ANY, "mediation", 1)],
    "neighbours": [(_ANY, "mediation", 1)],
}


def response_plans() -> list[tuple[ResponsePlan, Needs]]:
    """The plan of each priority and those of single categories, unsaved, with what each asks for."""
    preset = {category.code: category.priority for category in categories()}
    return [
        *((ResponsePlan(category=None, priority=priority), needs) for priority, needs in _NEEDS.items()),
        *(
            (ResponsePlan(category_id=code, priority=preset[code]), needs)
            for code, needs in _NEEDS_OF.items()
        ),
    ]


def needs_of(plan: ResponsePlan, needs: Needs) -> list[PlanNeed]:
    """The lines of a saved plan, unsaved."""
    return [
        PlanNeed(plan=plan, kinds=[str(kind) for kind in kinds], capability=capability, count=count)
        for kinds, capability, count in needs
    ]
