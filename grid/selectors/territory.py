"""Which grid a place lies in: an in-process tree over all grids, reloaded within a second of a change."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.reference import Reference
from grid.boundary import read_boundary
from grid.models import Grid

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies. Outside of every grid there is no station and no community, and `inside` is False."""

    grid_id: int | None
    grid_code: str | None
    station: str | None
    community: str
    inside: bool


OUTSIDE = Place(None, None, None, "", False)


class Territory:
    """All grids at one moment. A look-up takes a few microseconds and no query."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], retired: Mapping[int, str] | None = None) -> None:
        """`rows`: id, code, station_id, community, boundary of each grid; `retired`: id → code of those no longer drawn."""
        drawn = [(row, area) for row in rows if (area := _readable(row)) is not None]
        drawn.sort(key=lambda pair: pair[0]["id"])
        self.rows = [row for row, _ in drawn]
        self.boundaries = np.array([area for _, area in drawn], dtype=object)
        self._tree = shapely.STRtree(self.boundaries)
        self._places = [
            Place(row["id"], row["code"], row["station_id"], row["community"], True) for row in self.rows
        ]
        self._by_id = {place.grid_id: place for place in self._places}
        self._codes = {**(retired or {}), **{row["id"]: row["code"] for row in self.rows}}

    def __len__(self) -> int:
        return len(self.rows)

    def locate(self, lat: float, lon: float) -> Place:
        """The grid of a point in WGS-84 degrees. A point on a shared border belongs to the grid with the lowest id."""
        found = self._tree.query(shapely.Point(lon, lat), predicate="covered_by")
        return self._places[found.min()] if found.size else OUTSIDE

    def place(self, grid_id: int | None) -> Place:
        """What `locate` says of a point in that grid; OUTSIDE for none, and for a grid that is no longer drawn."""
        return self._by_id.get(grid_id, OUTSIDE) if grid_id is not None else OUTSIDE

    def grid_code(self, grid_id: int | None) -> str | None:
        """The code of a grid such as 城东-017, also of a retired one; None for none."""
        return self._codes.get(grid_id) if grid_id is not None else None

    def of_station(self, station: str) -> "np.ndarray[Any, Any]":
        """The boundaries of a station's grids, in the order of their ids."""
        return self.boundaries[[row["station_id"] == station for row in self.rows]]


def _readable(row: Mapping[str, Any]) -> shapely.Geometry | None:
    # One boundary spoilt by hand must not take intake down: its grid is left out, and the log says so.
    try:
        return read_boundary(row["boundary"])
    except Invalid as error:
        logger.error("grid %s left out of the territory: %s", row["code"], error.message)
        return None


def load_territory() -> Territory:
    """One query."""
    rows = Grid.objects.values("id", "code", "station_id", "community", "boundary", "valid_until")
    return Territory(
        (row for row in rows if row["valid_until"] is None),
        {row["id"]: row["code"] for row in rows if row["valid_until"] is not None},
    )


_reference = Reference(("grid",), load_territory)


def territory() -> Territory:
    """The territory as it is now; at most one extra query a second."""
    return _reference.get()
