"""Pre-flight: which steps of the policies would reach nobody within the next days, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.lifecycle import ROLE_OF_LEVEL, Level
from dispatch.models import PolicyStep
from grid.models import Duty, Organisation, User
from grid.selectors.duty import ROSTER_DAYS
from grid.selectors.organisation import organisations

DAYS = 7
Turn = tuple[datetime, datetime]


@dataclass(frozen=True)
class Gap:
    """From `since` to `until` nobody is reached by `steps` steps of the policies: those of `level` at `station`.

    `station` is a code, None for levels of the whole bureau; `vacant` means that nobody holds the role at all.
    """

    level: Level
    station: str | None
    since: datetime
    until: datetime
    steps: int
    vacant: bool

    @property
    def hours(self) -> float:
        return (self.until - self.since) / timedelta(hours=1)


def preflight(at: datetime, days: int = DAYS) -> list[Gap]:
    """Every gap in the `days` from `at`, soonest first. Three queries, however many people and policies."""
    end = at + timedelta(days=days)
    steps: dict[int, int] = {}
    for level in PolicyStep.objects.values_list("level", flat=True):
        steps[level] = steps.get(level, 0) + 1
    people: dict[tuple[str, str | None], list[int]] = {}
    for key, role, organisation in User.objects.filter(is_active=True).values_list(
        "pk", "role", "organisation_id"
    ):
        people.setdefault((role, organisation), []).append(key)
        people.setdefault((role, None), []).append(key)
    turns: dict[int, list[Turn]] = {}
    for person, period in Duty.objects.filter(
        period__overlap=(at - ROSTER_DAYS, end + ROSTER_DAYS)
    ).values_list("person", "period"):
        turns.setdefault(person, []).append((period.lower, period.upper))

    gaps = []
    for level, station in _groups(steps):
        group = people.get((ROLE_OF_LEVEL[level], station), [])
        own = [turn for key in group for turn in turns.get(key, [])]
        for since, until in _unreached(own, at, end) if group else [(at, end)]:
            gaps.append(Gap(level, station, since, until, steps[level], vacant=not group))
    return sorted(gaps, key=lambda gap: (gap.since, gap.level, gap.station or ""))


def _groups(levels: Iterable[int]) -> Iterable[tuple[Level, str | None]]:
    for level in sorted(levels):
        if level == Level.STATION_COMMANDER:
            for station in organisations().by_code.values():
                if station.kind == Organisation.Kind.STATION:
                    yield Level(level), station.code
        else:
            yield Level(level), None


def _unreached(turns: list[Turn], at: datetime, end: datetime) -> list[Turn]:
    """The stretches between `at` and `end` in which a roster is kept and nobody is on it; touching ones are joined."""
    edges = {edge for turn in turns for edge in turn}
    edges |= {edge + shift for edge in edges for shift in (-ROSTER_DAYS, ROSTER_DAYS)}
    points = sorted({at, end, *(edge for edge in edges if at < edge < end)})
    found: list[Turn] = []
    for since, until in zip(points, points[1:], strict=False):
        middle = since + (until - since) / 2
        rostered = any(a < middle + ROSTER_DAYS and b > middle - ROSTER_DAYS for a, b in turns)
        if not rostered or any(a <= middle < b for a, b in turns):
            continue
        if found and found[-1][1] == since:
            found[-1] = (found[-1][0], until)
        else:
            found.append((since, until))
    return found
