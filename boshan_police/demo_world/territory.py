"""The grids of the demo district, read from the drawing (`tessellation` makes it)."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from grid.models import Grid


@cache
def drawing() -> tuple[dict[str, Any], ...]:
    """The features of `grids.geojson`."""
    text = Path(__file__).with_name("grids.geojson").read_text(encoding="utf-8")
    return tuple(json.loads(text)["features"])


def grids() -> list[Grid]:
    """All 696, unsaved, each with its label point (the pole of inaccessibility, so that a code fits)."""
    features = drawing()
    shapes = [shape(feature["geometry"]) for feature in features]
    labels = [shapely.maximum_inscribed_circle(area, tolerance=1e-4).coords[0] for area in shapes]
    return [
        Grid(
            code=feature["properties"]["code"],
            station_id=feature["properties"]["station"],
            community=feature["properties"]["community"],
            community_code=feature["properties"]["community_code"],
            boundary=feature["geometry"],
            lat=round(lat, 6),
            lon=round(lon, 6),
        )
        for feature, (lon, lat) in zip(features, labels, strict=True)
    ]


class Places:
    """Random places on a station's ground, the same for the same `salt`."""

    def __init__(self, salt: str) -> None:
        self._chance = random.Random(salt)  # noqa: S311 - scenery, not secrets
        self._areas: dict[str, list[tuple[str, shapely.Polygon]]] = {}
        for feature in drawing():
            properties = feature["properties"]
            area = (properties["community"], shape(feature["geometry"]))
            self._areas.setdefault(properties["station"], []).append(area)

    def in_station(self, station: str) -> tuple[float, float]:
        """(lat, lon) in a random grid of the station."""
        return self._inside([area for _, area in self._areas[station]])

    def near_community(self, station: str, stem: str) -> tuple[float, float]:
        """(lat, lon) in a random grid of the station's community whose name begins with `stem`."""
        return self._inside([area for name, area in self._areas[station] if name.startswith(stem)])

    def _inside(self, areas: list[shapely.Polygon]) -> tuple[float, float]:
        area = self._chance.choice(areas)
        west, south, east, north = area.bounds
        while True:
            lon, lat = self._chance.uniform(west, east), self._chance.uniform(south, north)
            if shapely.contains_xy(area, lon, lat):
                return round(lat, 6), round(lon, 6)
