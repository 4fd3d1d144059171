"""The territory as a map draws it: one GeoJSON document, built once per version of the territory."""

import gzip
import hashlib
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import mapping

from boshan_police.kernel.reference import Reference
from boshan_police.kernel.rendering import to_json
from grid.models import Organisation

from .territory import Territory, load_territory

DECIMALS = 5
"""Digits of a degree: about 1 m."""
_STEP = 10**-DECIMALS


@dataclass(frozen=True)
class MapDocument:
    """The bytes as they leave, plain and compressed, and the hash of the plain ones."""

    plain: bytes
    gzipped: bytes
    digest: str


def _collection(ground: Territory, stations: list[tuple[str, str, str]]) -> dict[str, Any]:
    """`properties.kind` tells the layer: grid, station or district; lines of stations and district need no computing."""
    grids = [
        _feature(
            boundary,
            kind="grid",
            code=row["code"],
            station=row["station_id"],
            community=row["community"],
        )
        for row, boundary in zip(ground.rows, ground.boundaries, strict=True)
    ]
    areas = {code: _union(ground.of_station(code)) for code, _, _ in stations}
    return {
        "type": "FeatureCollection",
        "features": [
            *grids,
            *(
                _feature(areas[code], kind="station", code=code, name=name, name_en=name_en)
                for code, name, name_en in stations
                if not areas[code].is_empty
            ),
            *([_feature(_union(ground.boundaries), kind="district")] if grids else []),
        ],
    }


def _feature(area: shapely.Geometry, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": _rounded(mapping(area))}


def _union(areas: Any) -> shapely.Geometry:
    # On the grid of what is drawn, so that borders typed in by hand, a hair apart, leave no slivers.
    return shapely.union_all(areas, grid_size=_STEP)


def _rounded(geometry: Any) -> dict[str, Any]:
    def shortened(part: Any) -> Any:
        if isinstance(part, float | int):
            return round(part, DECIMALS)
        return [shortened(inner) for inner in part]

    return {"type": geometry["type"], "coordinates": shortened(geometry["coordinates"])}


def _build() -> MapDocument:
    """Two queries."""
    stations = Organisation.objects.filter(kind=Organisation.Kind.STATION).order_by("code")
    plain = to_json(
        _collection(load_territory(), list(stations.values_list("code", "short_name", "short_name_en")))
    )
    return MapDocument(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:32])


_reference = Reference(("grid", "organisation"), _build)


def territory_map() -> MapDocument:
    """The document of the territory as it is now; at most one extra query a second."""
    return _reference.get()
