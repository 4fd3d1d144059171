"""What a dispatch would uncover, before it is sent: which grids nobody could reach as soon any more."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from dispatch.models import Incident
from patrol.selectors.reach import Reach, band_of, minutes_of, reach_now

from .recommendation import Candidate, recommend

LISTED = 30
_MORE_AT_MOST = 300.0
"""An alternative may be this many seconds later than what is ticked; a longer wait is no alternative."""


@dataclass(frozen=True)
class Uncovered:
    """A grid that falls into a worse band. Seconds; `after` may be infinite."""

    index: int
    before: float
    after: float


def uncovered_by(reach: Reach, units: Collection[int]) -> list[Uncovered]:
    """The grids whose band gets worse without `units`, the greatest loss first."""
    before, after = reach.nearest(), reach.nearest(without=units)
    worse = [
        Uncovered(index, before[index], after[index])
        for index in np.flatnonzero(after > before).tolist()
        if band_of(before[index]) != band_of(after[index])
    ]
    return sorted(worse, key=lambda each: (-each.after, each.before, each.index))


def preview(actor: Any, incident: Incident, units: Collection[int]) -> dict[str, Any]:
    """`{uncovered: n, grids: [{grid, community, station, before, after}], alternative: null | {…}}`.

    Minutes are bands (1, 3, 5, 10, null beyond). The alternative is one other unit in place of one that is ticked,
    with the fewest grids uncovered, if that is fewer. Queries: those of `recommend`, and of reach where it moved on.
    """
    reach = reach_now()
    worse = uncovered_by(reach, units)
    ground = reach.ground
    return {
        "uncovered": len(worse),
        "grids": [
            {
                "grid": ground.codes[each.index],
                "community": ground.communities[each.index],
                "station": ground.stations[each.index],
                "before": band_of(each.before),
                "after": band_of(each.after),
            }
            for each in worse[:LISTED]
        ],
        "alternative": _alternative(actor, incident, reach, units, len(worse)) if worse else None,
    }


def _alternative(
    actor: Any, incident: Incident, reach: Reach, units: Collection[int], uncovered: int
) -> dict[str, Any] | None:
    """Exchange the unit whose leaving hurts most for one of its kind that could go instead."""
    found = recommend(actor, incident)
    known = {each.unit.pk: each for each in found.candidates}
    costs = {unit: len(uncovered_by(reach, [unit])) for unit in units if unit in known}
    if not costs:
        return None
    leaving = known[max(costs, key=lambda unit: (costs[unit], unit))]
    kept = set(units) - {leaving.unit.pk}
    choices = [
        (len(uncovered_by(reach, kept | {each.unit.pk})), each.worst, each)
        for each in found.candidates
        if each.unit.pk not in units and _in_place_of(each, leaving)
    ]
    best = min(choices, key=lambda choice: choice[:2], default=None)
    if best is None or best[0] >= uncovered:
        return None
    return {
        "instead_of": leaving.unit.pk,
        "unit": best[2].unit.pk,
        "call_sign": best[2].unit.call_sign,
        "minutes": minutes_of(best[1]),
        "uncovered": best[0],
    }


def _in_place_of(each: Candidate, leaving: Candidate) -> bool:
    return (
        each.unit.kind == leaving.unit.kind
        and not each.doubt
        and set(leaving.unit.capabilities) <= set(each.unit.capabilities)
        and each.worst <= leaving.worst + _MORE_AT_MOST
    )
