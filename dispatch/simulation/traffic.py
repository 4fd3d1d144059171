"""Units on the move: towards their calls, on patrol, or standing; each tells its position in its own time."""

import random
from datetime import datetime, timedelta

from dispatch.lifecycle import Step
from patrol.models import Unit
from patrol.services.unit import Position

from .ground import Ground, Spot
from .picture import Picture, UnitNow
from .reach import METRES_PER_SECOND

Kind = Unit.Kind
_DRIVING_EVERY = (5.0, 7.0)
_PATROL_EVERY = (7.0, 10.0)
_STANDING_EVERY = (26.0, 40.0)
"""Seconds between two positions. A position older than 60 s is drawn as old, so a standing unit must be sooner."""
_PATROL_MPS = {Kind.CAR: 7.0, Kind.TRAFFIC: 7.0, Kind.FOOT: 1.3}
_PATROL_LEG_M = {Kind.CAR: 2500.0, Kind.TRAFFIC: 2500.0, Kind.FOOT: 350.0}
_PAUSE = (30.0, 240.0)
_LONGEST_MOVE = 12.0
"""Seconds. After a standstill of the simulation itself nobody leaps."""
_OTHER_SOURCE = timedelta(seconds=90)


class Traffic:
    """Remembers where each unit is heading; nothing of it is worth keeping."""

    def __init__(self, ground: Ground, chance: random.Random) -> None:
        self._ground, self._chance = ground, chance
        self._due: dict[int, datetime] = {}
        self._told: dict[int, datetime] = {}
        self._heading: dict[int, Spot] = {}
        self._pause: dict[int, datetime] = {}
        self._others: dict[int, datetime] = {}

    def positions(self, picture: Picture, now: datetime) -> list[Position]:
        """The positions told at `now`: of those units whose turn it is."""
        scenes = {
            order.unit.key: order.incident.spot for order in picture.orders if order.step == Step.EN_ROUTE
        }
        told = []
        for unit in picture.units.values():
            if unit.spot is None or now < self._first_or_next(unit, now) or self._has_own_device(unit, now):
                continue
            since = self._told.get(unit.key, now - timedelta(seconds=_DRIVING_EVERY[0]))
            seconds = min((now - since).total_seconds(), _LONGEST_MOVE)
            spot, every = self._move(unit, scenes.get(unit.key), seconds, now)
            self._due[unit.key] = now + timedelta(seconds=self._chance.uniform(*every))
            self._told[unit.key] = now
            told.append(Position(unit.key, round(spot.lat, 6), round(spot.lon, 6), now))
        return told

    def _first_or_next(self, unit: UnitNow, now: datetime) -> datetime:
        """Spread over the first seconds, so that not all tell at once."""
        if unit.key not in self._due:
            self._due[unit.key] = now + timedelta(seconds=self._chance.uniform(0, _PATROL_EVERY[1]))
        due = self._due[unit.key]
        if unit.status == Unit.Status.EN_ROUTE:
            soonest = self._told.get(unit.key, now) + timedelta(seconds=_DRIVING_EVERY[1])
            return min(due, soonest)
        return due

    def _has_own_device(self, unit: UnitNow, now: datetime) -> bool:
        """A position that is not from here: somebody's phone tells it, so leave the unit alone for a while."""
        told = self._told.get(unit.key)
        if told and unit.position_at and unit.position_at > told:
            self._others[unit.key] = now
        seen = self._others.get(unit.key)
        return seen is not None and now - seen < _OTHER_SOURCE

    def _move(
        self, unit: UnitNow, scene: Spot | None, seconds: float, now: datetime
    ) -> tuple[Spot, tuple[float, float]]:
        here = unit.spot
        if here is None:
            raise ValueError("only units with a place move")
        kind = Kind(unit.kind)
        if unit.status == Unit.Status.EN_ROUTE and scene:
            self._heading.pop(unit.key, None)
            return here.towards(scene, METRES_PER_SECOND[kind] * seconds), _DRIVING_EVERY
        if unit.status != Unit.Status.FREE or kind not in _PATROL_MPS:
            return here, _STANDING_EVERY
        if now < self._pause.get(unit.key, now):
            return here, _STANDING_EVERY
        heading = self._heading.get(unit.key) or self._next_heading(unit, here)
        self._heading[unit.key] = heading
        if here.metres_to(heading) < 1:
            del self._heading[unit.key]
            self._pause[unit.key] = now + timedelta(seconds=self._chance.uniform(*_PAUSE))
            return here, _STANDING_EVERY
        return here.towards(heading, _PATROL_MPS[kind] * seconds), _PATROL_EVERY

    def _next_heading(self, unit: UnitNow, here: Spot) -> Spot:
        aim = self._ground.of_station(unit.station, self._chance)
        leg = _PATROL_LEG_M[Kind(unit.kind)] * self._chance.uniform(0.3, 1)
        return here.towards(aim, leg)
