"""Which unit would be there how soon."""

from datetime import timedelta

from dispatch.lifecycle import Stage
from dispatch.models import Category
from dispatch.selectors.category import categories
from dispatch.selectors.policy import plan_for
from patrol.models import Unit

from .ground import Spot
from .picture import Picture, UnitNow

Kind = Unit.Kind
METRES_PER_SECOND = {Kind.CAR: 10.5, Kind.TRAFFIC: 10.5, Kind.RESCUE: 9.0, Kind.FOOT: 6.0, Kind.GUARD: 6.0}
"""On the way to a call: 38 km/h by car in the hills, 22 km/h on the e-bikes of foot patrols and guards."""

POLICE = frozenset({Kind.CAR, Kind.FOOT, Kind.TRAFFIC})
_SHARE_OF_LIMIT = 0.6
_AT_MOST = timedelta(minutes=7)
_FOOT_WITHIN_M = 900
_TRAFFIC_ELSEWHERE = 2.5
"""How many times further away a traffic unit counts for a call that is none of traffic."""


def seconds_to(unit: UnitNow, spot: Spot) -> float:
    """How long `unit` drives to `spot` in a straight line."""
    return unit.spot.metres_to(spot) / METRES_PER_SECOND[Kind(unit.kind)] if unit.spot else float("inf")


def is_reachable(picture: Picture, spot: Spot, priority: int) -> bool:
    """Whether a free police unit would be at `spot` well before the limit of arrival at `priority`."""
    steps = plan_for("", priority).of(Stage.NOT_ARRIVED)
    limit = timedelta(seconds=steps[0].seconds) * _SHARE_OF_LIMIT if steps else _AT_MOST
    within = min(limit, _AT_MOST).total_seconds()
    return any(
        seconds_to(unit, spot) <= within
        for unit in picture.free_units()
        if unit.kind in {Kind.CAR, Kind.TRAFFIC}
    )


def best_police(
    picture: Picture, spot: Spot | None, category: str, *, of: str | None = None
) -> UnitNow | None:
    """The free police unit to send, of organisation `of` if given: the soonest, traffic units for traffic first."""
    free = [unit for unit in picture.free_units() if unit.kind in POLICE and of in {None, unit.organisation}]
    if not free or spot is None:
        return free[0] if free else None
    known = categories().get(category)
    traffic = known is not None and known.group == Category.Group.TRAFFIC

    def cost(unit: UnitNow) -> float:
        seconds = seconds_to(unit, spot)
        if unit.kind == Kind.FOOT and unit.spot and unit.spot.metres_to(spot) > _FOOT_WITHIN_M:
            return seconds * 10
        if unit.kind == Kind.TRAFFIC:
            return seconds / 2 if traffic else seconds * _TRAFFIC_ELSEWHERE
        return seconds

    return min(free, key=cost)


def nearest_guards(picture: Picture, spot: Spot, *, within_m: float) -> UnitNow | None:
    """The nearest free guard squadron, if it is near enough to help."""
    near = [
        (unit.spot.metres_to(spot), unit)
        for unit in picture.free_units()
        if unit.kind == Kind.GUARD and unit.spot and unit.spot.metres_to(spot) <= within_m
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None
