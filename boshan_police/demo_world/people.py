"""People of the grids: 51 community officers, 63 auxiliaries, 265 assistants, and where they serve.

Every grid has one of each. An officer answers for whole communities, the others for runs of neighbouring grids.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar

from grid.models import Grid, Person, Posting

from .names import invented_names, invented_phone

T = TypeVar("T")
Kind = Person.Kind
STRENGTH = {Kind.COMMUNITY_OFFICER: 51, Kind.AUXILIARY: 63, Kind.ASSISTANT: 265}
_LETTER = {Kind.COMMUNITY_OFFICER: "M", Kind.AUXILIARY: "F", Kind.ASSISTANT: "Z"}
_POSTED_SINCE = datetime(2025, 12, 31, 16, tzinfo=UTC)  # 1 January 2026, 00:00 in Shanghai


def people(seed: int, stations: dict[str, int]) -> list[Person]:
    """Everybody, unsaved, shared out by the number of grids of each station (`stations`: code → grids)."""
    names = iter(invented_names(f"{seed} people", sum(STRENGTH.values())))
    found: list[Person] = []
    for kind, strength in STRENGTH.items():
        serial = 0
        for station, share in shares(stations, strength).items():
            for _ in range(share):
                serial += 1
                found.append(
                    Person(
                        number=f"{_LETTER[kind]}{serial:04d}",
                        name=next(names),
                        kind=kind,
                        organisation_id=station,
                        phone=invented_phone(len(found) + 1),
                    )
                )
    return found


def postings(persons: Iterable[Person], grids: Sequence[Grid]) -> list[Posting]:
    """Each grid of a station with one saved person of each kind."""
    found: list[Posting] = []
    by_code = sorted(grids, key=lambda grid: grid.code)
    ordered = sorted(persons, key=lambda person: (person.organisation_id, person.kind, person.number))
    for (station, kind), group in groupby(ordered, key=lambda person: (person.organisation_id, person.kind)):
        staff = list(group)
        mine = [grid for grid in by_code if grid.station_id == station]
        if kind == Kind.COMMUNITY_OFFICER:
            blocks = [list(block) for _, block in groupby(mine, key=lambda grid: grid.community_code)]
        else:
            blocks = [[grid] for grid in mine]
        for person, run in zip(staff, runs(blocks, len(staff)), strict=True):
            found += [
                Posting(person=person, grid=grid, period=(_POSTED_SINCE, None))
                for block in run
                for grid in block
            ]
    return found


def shares(weights: dict[str, int], total: int) -> dict[str, int]:
    """`total` shared out in proportion to `weights`, whole numbers, by the largest remainder."""
    whole = sum(weights.values())
    exact = {key: weight * total / whole for key, weight in weights.items()}
    given = {key: int(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (given[key] - exact[key], key))
    for key in by_remainder[: total - sum(given.values())]:
        given[key] += 1
    return given


def runs(items: Sequence[T], count: int) -> list[Sequence[T]]:
    """`items` in `count` consecutive runs of almost equal length."""
    cuts = [len(items) * n // count for n in range(count + 1)]
    return [items[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
