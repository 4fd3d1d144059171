"""Moving the places of a foreign log into the district: not where they were, but as dense and as near to each other."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from grid.selectors.territory import Territory

Point = tuple[float, float]
"""Latitude, longitude in WGS-84 degrees."""

_INSET = 0.1
"""The share of a grid's width that is left free at its edges."""


def move_into_district(points: Iterable[Point], territory: Territory) -> dict[Point, Point]:
    """{place of the log: place in a grid}, by rank: the log's places and the grids are each put in strips from west
    to east, from south to north within a strip, and matched in that order. So each grid gets its share, neighbours
    stay neighbours as a rule, and the same log gives the same places every time.
    """
    places = sorted(set(points))
    if not places:
        return {}
    if not len(territory):
        raise ValueError("there are no grids to move the places into")
    inner = [boundary.representative_point() for boundary in territory.boundaries]
    grids = _in_strips([(point.y, point.x) for point in inner], len(places))
    moved = {}
    for rank, index in enumerate(_in_strips(places, len(grids))):
        share = rank * len(grids) / len(places)
        grid = territory.boundaries[grids[int(share)]]
        moved[places[index]] = _across(grid, share % 1)
    return moved


def _in_strips(points: list[Point], others: int) -> list[int]:
    """The indexes of `points`, strip by strip; both sides get the same number of strips."""
    strips = max(1, math.isqrt(min(len(points), others)))
    latitude, longitude = np.array(points).T
    from_west = np.lexsort((latitude, longitude))
    return [
        int(index)
        for strip in np.array_split(from_west, strips)
        for index in sorted(strip, key=lambda index: (latitude[index], longitude[index]))
    ]


def _across(grid: Any, share: float) -> Point:
    """The point at `share` (0 to 1) of the grid's width, at the height of its inner point."""
    west, _, east, _ = grid.bounds
    height = grid.representative_point().y
    cut = shapely.intersection(grid, shapely.LineString([(west, height), (east, height)]))
    longest = max(shapely.get_parts(cut), key=shapely.length)
    point = longest.interpolate(_INSET + (1 - 2 * _INSET) * share, normalized=True)
    return round(point.y, 6), round(point.x, 6)
