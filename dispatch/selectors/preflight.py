"""Pre-flight: which steps of the policies would reach nobody, or somebody on the screen alone, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.lifecycle import ROLE_OF_LEVEL, Level
from dispatch.models import PolicyStep
from grid.models import Duty, Organisation, User
from grid.selectors.contact import usable_contacts
from grid.selectors.duty import ROSTER_DAYS
from grid.selectors.organisation import organisations

DAYS = 7
Turn = tuple[datetime, datetime]


@dataclass(frozen=True)
class Gap:
    """From `since` to `until` something is missing for `steps` steps of the policies: those of `level` at `station`.

    Nobody is reached, and `vacant` means that nobody holds the role at all; or the people called `without` are on duty
    and have no channel beside the screen. `station` is a code, None for levels of the whole bureau.
    """

    level: Level
    station: str | None
    since: datetime
    until: datetime
    steps: int
    vacant: bool = False
    without: tuple[str, ...] = ()

    @property
    def hours(self) -> float:
        return (self.until - self.since) / timedelta(hours=1)


def preflight(at: datetime, days: int = DAYS) -> list[Gap]:
    """Every gap in the `days` from `at`, soonest first. Four queries, however many people and policies.

    Missing channels are named where the bureau uses any: else the page would name everybody.
    """
    end = at + timedelta(days=days)
    steps: dict[int, int] = {}
    for level in PolicyStep.objects.values_list("level", flat=True):
        steps[level] = steps.get(level, 0) + 1
    names: dict[int, str] = {}
    people: dict[tuple[str, str | None], list[int]] = {}
    for key, name, role, organisation in User.objects.filter(is_active=True).values_list(
        "pk", "name", "role", "organisation_id"
    ):
        names[key] = name
        people.setdefault((role, organisation), []).append(key)
        people.setdefault((role, None), []).append(key)
    turns: dict[int, list[Turn]] = {}
    for person, period in Duty.objects.filter(
        period__overlap=(at - ROSTER_DAYS, end + ROSTER_DAYS)
    ).values_list("person", "period"):
        turns.setdefault(person, []).append((period.lower, period.upper))
    reachable = set(usable_contacts().values_list("person", flat=True))

    gaps = []
    for level, station in _groups(steps):
        group = {key: turns.get(key, []) for key in people.get((ROLE_OF_LEVEL[level], station), [])}
        if not group:
            gaps.append(Gap(level, station, at, end, steps[level], vacant=True))
            continue
        for since, until, told in _stretches(group, at, end):
            without = tuple(sorted(names[key] for key in told - reachable)) if reachable else ()
            if not told or without:
                gaps.append(Gap(level, station, since, until, steps[level], without=without))
    return sorted(gaps, key=lambda gap: (gap.since, gap.level, gap.station or ""))


def _groups(levels: Iterable[int]) -> Iterable[tuple[Level, str | None]]:
    for level in sorted(levels):
        if level == Level.STATION_COMMANDER:
            for station in organisations().by_code.values():
                if station.kind == Organisation.Kind.STATION:
                    yield Level(level), station.code
        else:
            yield Level(level), None


def _stretches(
    group: dict[int, list[Turn]], at: datetime, end: datetime
) -> list[tuple[datetime, datetime, set[int]]]:
    """(since, until, keys of those told) without a gap from `at` to `end`; all are told while no roster is kept."""
    edges = {edge for turns in group.values() for turn in turns for edge in turn}
    edges |= {edge + shift for edge in edges for shift in (-ROSTER_DAYS, ROSTER_DAYS)}
    points = sorted({at, end, *(edge for edge in edges if at < edge < end)})
    found: list[tuple[datetime, datetime, set[int]]] = []
    for since, until in zip(points, points[1:], strict=False):
        middle = since + (until - since) / 2
        kept = any(
            a < middle + ROSTER_DAYS and b > middle - ROSTER_DAYS
            for turns in group.values()
            for a, b in turns
        )
        told = {key for key, turns in group.items() if not kept or any(a <= middle < b for a, b in turns)}
        if found and found[-1][2] == told:
            found[-1] = (found[-1][0], until, told)
        else:
            found.append((since, until, told))
    return found
