"""Categories and escalation policies of the demo district: what an administrator would otherwise type in."""

import csv
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from dispatch.lifecycle import Level, Stage
from dispatch.models import Category, Policy, PolicyStep

_MINUTE = 60
FOLLOW_UP_SECONDS = 300

# Seconds after which levels 1, 2 and 3 are told, by priority and stage.
# Unclaimed: the bureaus' 30/60/120/180 s. Not arrived: Boshan's "1-3-5 minutes" reach for priority 1, the published
# 5/10/15/30 min classes of arrival below. Not reported: the published 30/60/120/240 min reminders.
STEPS: dict[int, dict[Stage, tuple[int, int, int]]] = {
    1: {
        Stage.UNCLAIMED: (30, 60, 120),
        Stage.NOT_DEPARTED: (60, 120, 180),
        Stage.NOT_ARRIVED: (3 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE),
        Stage.NOT_REPORTED: (30 * _MINUTE, 60 * _MINUTE, 120 * _MINUTE),
    },
    2: {
        Stage.UNCLAIMED: (60, 120, 180),
        Stage.NOT_DEPARTED: (120, 180, 300),
        Stage.NOT_ARRIVED: (5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE),
        Stage.NOT_REPORTED: (30 * _MINUTE, 60 * _MINUTE, 120 * _MINUTE),
    },
    3: {
        Stage.UNCLAIMED: (120, 240, 360),
        Stage.NOT_DEPARTED: (5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE),
        Stage.NOT_ARRIVED: (15 * _MINUTE, 30 * _MINUTE, 45 * _MINUTE),
        Stage.NOT_REPORTED: (60 * _MINUTE, 120 * _MINUTE, 240 * _MINUTE),
    },
    4: {
        Stage.UNCLAIMED: (180, 360, 540),
        Stage.NOT_DEPARTED: (10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE),
        Stage.NOT_ARRIVED: (30 * _MINUTE, 60 * _MINUTE, 90 * _MINUTE),
        Stage.NOT_REPORTED: (120 * _MINUTE, 240 * _MINUTE, 480 * _MINUTE),
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
            )
            for row in csv.DictReader(file)
        ]


def policies() -> list[Policy]:
    """The default policy of each priority, unsaved."""
    return [
        Policy(category=None, priority=priority, follow_up_seconds=FOLLOW_UP_SECONDS) for priority in STEPS
    ]


def steps_of(policy: Policy) -> list[PolicyStep]:
    """The steps of a saved default policy, unsaved."""
    return [
        PolicyStep(policy=policy, stage=stage, seconds=seconds, level=level)
        for stage, times in STEPS[policy.priority].items()
        for level, seconds in zip(Level, times, strict=True)
    ]
