"""Distances and places of the simulation. Flat geometry: within a district the error is below one in a thousand."""

import math
import random
from dataclasses import dataclass
from typing import Any

import shapely

from grid.selectors.territory import Territory

_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in WGS-84 degrees."""

    lat: float
    lon: float

    def metres_to(self, other: "Spot") -> float:
        north = (other.lat - self.lat) * _METRES_PER_DEGREE
        east = (other.lon - self.lon) * _METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        return math.hypot(north, east)

    def towards(self, other: "Spot", metres: float) -> "Spot":
        """The place `metres` on the straight way to `other`, at most there."""
        distance = self.metres_to(other)
        if distance <= metres:
            return other
        share = metres / distance
        return Spot(self.lat + (other.lat - self.lat) * share, self.lon + (other.lon - self.lon) * share)


@dataclass(frozen=True)
class Ground:
    """Random places in the grids of a territory."""

    territory: Territory

    def anywhere(self, chance: random.Random) -> tuple[Spot, str]:
        """A place in a grid chosen evenly, and its community. The dense town has the small grids, so the most calls."""
        return self._within(chance.randrange(len(self.territory)), chance)

    def of_station(self, station: str | None, chance: random.Random) -> Spot:
        """A place on a station's ground; anywhere for none."""
        of_station = [index for index, row in enumerate(self.territory.rows) if row["station_id"] == station]
        index = chance.choice(of_station) if of_station else chance.randrange(len(self.territory))
        return self._within(index, chance)[0]

    def _within(self, index: int, chance: random.Random) -> tuple[Spot, str]:
        area: Any = self.territory.boundaries[index]
        west, south, east, north = area.bounds
        for _attempt in range(50):
            lon, lat = chance.uniform(west, east), chance.uniform(south, north)
            if shapely.contains_xy(area, lon, lat):
                break
        else:
            inner = area.representative_point()
            lon, lat = inner.x, inner.y
        return Spot(round(lat, 6), round(lon, 6)), self.territory.rows[index]["community"]
