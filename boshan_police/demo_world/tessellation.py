"""Draws the demo district: `python -m boshan_police.demo_world.tessellation` writes `grids.geojson`.

The drawing is kept as a file, not made at seed time: 城东-017 must be the same place on every machine and after
every upgrade of NumPy and GEOS, since replayed logs, screenshots and tests name it. It also keeps seeding fast.

Method: places are sampled as densely as people live there (one town, two rows of villages, valleys); Lloyd's
iterations turn them into 696 even cells (a centroidal Voronoi tessellation); each cell goes to the station that
pulls it most. All borders are noded together on the 5-digit grid and polygonised, so that neighbours share their
points exactly: no gap, no overlap.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from .communities import community_names

HERE = Path(__file__).parent
GRIDS = 696
STEP = 1e-5  # degrees: 5 digits, about 1 m
SEED = 370304
SAMPLES = 60_000
ITERATIONS = 40
COMMUNITY_LARGEST = 9  # grids
_ORIGIN = np.array([117.95, 36.44])
_KM = np.array([np.cos(np.radians(36.44)) * 111.32, 110.95])  # per degree of longitude, latitude

# Where people live: longitude, latitude, spread in km, weight against the open country (1).
_TOWNS = [
    (117.862, 36.492, 3.4, 26.0),
    (117.815, 36.530, 3.2, 8.0),
    (117.862, 36.558, 3.0, 6.0),
    (117.800, 36.562, 3.0, 4.0),
    (117.905, 36.462, 2.6, 5.0),
    (117.900, 36.418, 2.5, 2.5),
    (118.010, 36.395, 3.0, 3.0),
    (117.940, 36.340, 3.0, 3.5),
    (118.090, 36.345, 3.5, 2.0),
]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class StationArea:
    """One row of `stations.csv`. `area` is the street's or town's three digits; `pull` in km² widens its reach."""

    code: str
    name: str
    area: str
    centre: Array
    pull: float


def stations() -> list[StationArea]:
    with (HERE / "stations.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    centres = _to_km(np.array([[float(row["lon"]), float(row["lat"])] for row in rows]))
    return [
        StationArea(row["code"], row["name"], row["area"], centre, float(row["pull"]))
        for row, centre in zip(rows, centres, strict=True)
    ]


def outline() -> shapely.Polygon:
    """The district, WGS-84 degrees."""
    return shape(json.loads((HERE / "outline.geojson").read_text(encoding="utf-8"))["geometry"])


def draw() -> dict[str, Any]:
    """The whole drawing as a GeoJSON FeatureCollection: code, station, community, community_code per grid."""
    district = outline()
    cells = _cells(_even_centres(district), district)
    centroids = _to_km(shapely.get_coordinates(shapely.centroid(cells)))
    owners = _owners(centroids)
    features = []
    for index, station in enumerate(stations()):
        mine = np.flatnonzero(owners == index)
        groups = _bisect(mine, centroids)
        serial = 0
        names = community_names(station.name, len(groups))
        for group, (suffix, community) in zip(groups, names, strict=True):
            for cell in group:
                serial += 1
                features.append(
                    {
                        "type": "Feature",
                        "properties": {
                            "code": f"{station.name}-{serial:03d}",
                            "station": station.code,
                            "community": community,
                            "community_code": f"370304{station.area}{suffix:03d}",
                        },
                        "geometry": mapping(shapely.normalize(cells[cell])),
                    }
                )
    return {"type": "FeatureCollection", "features": features}


def _to_km(degrees: Array) -> Array:
    return np.asarray((degrees - _ORIGIN) * _KM)


def _to_degrees(km: Array) -> Array:
    return np.asarray(km / _KM + _ORIGIN)


def _even_centres(district: shapely.Polygon) -> Array:
    """Centres of the cells in km, spread as people are."""
    rng = np.random.default_rng(SEED)
    places = _sample(district, rng)
    centres = places[rng.choice(len(places), GRIDS, replace=False)]
    for _ in range(ITERATIONS):
        nearest = shapely.STRtree(shapely.points(centres)).nearest(shapely.points(places))
        count = np.bincount(nearest, minlength=GRIDS)
        for axis in range(2):
            total = np.bincount(nearest, weights=places[:, axis], minlength=GRIDS)
            centres[:, axis] = np.where(count > 0, total / np.maximum(count, 1), centres[:, axis])
    return centres


def _sample(district: shapely.Polygon, rng: np.random.Generator) -> Array:
    """`SAMPLES` places in km, by rejection from the density of `_TOWNS`."""
    west, south, east, north = district.bounds
    shapely.prepare(district)
    highest = 1 + sum(weight for *_, weight in _TOWNS)
    kept: list[Array] = []
    while sum(map(len, kept)) < SAMPLES:
        points = rng.uniform((west, south), (east, north), (400_000, 2))
        density = np.ones(len(points))
        for lon, lat, spread, weight in _TOWNS:
            away = ((points - (lon, lat)) * _KM) ** 2
            density += weight * np.exp(-away.sum(axis=1) / (2 * spread**2))
        chosen = points[rng.uniform(0, highest, len(points)) < density]
        kept.append(_to_km(chosen[shapely.contains_xy(district, chosen)]))
    return np.concatenate(kept)[:SAMPLES]


def _cells(centres: Array, district: shapely.Polygon) -> Array:
    """One polygon per centre, degrees: the Voronoi cells cut by the district, on shared 5-digit points."""
    degrees_edges = shapely.transform(
        shapely.voronoi_polygons(shapely.multipoints(centres), only_edges=True), _to_degrees
    )
    inside = shapely.intersection(degrees_edges, shapely.buffer(district, 0.01))
    noded = shapely.union_all([inside, district.exterior], grid_size=STEP)
    faces = np.array(list(shapely.polygonize([noded]).geoms), dtype=object)
    faces = faces[shapely.contains(district, shapely.point_on_surface(faces))]
    owner = shapely.STRtree(shapely.points(centres)).nearest(
        shapely.transform(shapely.point_on_surface(faces), _to_km)
    )
    pieces: dict[int, list[Any]] = {}
    orphans = []
    for face, index in sorted(zip(faces, owner, strict=True), key=lambda pair: -pair[0].area):
        if index in pieces:  # a bend of the outline cut the cell in two: the smaller part goes to a neighbour
            orphans.append(face)
        else:
            pieces[int(index)] = [face]
    for face in orphans:
        beside = max(pieces, key=lambda index: face.intersection(pieces[index][0]).length)
        pieces[beside].append(face)
    return np.array(
        [shapely.set_precision(shapely.union_all(pieces[index]), STEP) for index in sorted(pieces)],
        dtype=object,
    )


def _owners(centroids: Array) -> Array:
    """The index of the station each cell belongs to: the least squared distance less the station's pull."""
    reach = [((centroids - area.centre) ** 2).sum(axis=1) - area.pull for area in stations()]
    return np.asarray(np.argmin(reach, axis=0))


def _bisect(cells: Array, centroids: Array) -> list[Array]:
    """Cells in compact groups of at most `COMMUNITY_LARGEST`, neighbours after one another, north and west first."""
    if len(cells) <= COMMUNITY_LARGEST:
        return [cells[np.lexsort((centroids[cells, 0], -centroids[cells, 1]))]]
    span = np.ptp(centroids[cells], axis=0)
    axis = int(span[1] >= span[0])
    order = cells[np.argsort(centroids[cells, axis] * (-1 if axis else 1))]
    parts = -(-len(cells) // COMMUNITY_LARGEST)
    cut = len(cells) * (parts // 2) // parts
    return _bisect(order[:cut], centroids) + _bisect(order[cut:], centroids)


def write(path: Path = HERE / "grids.geojson") -> None:
    """One grid a line, so that a change of the drawing can be read."""
    lines = (json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in draw()["features"])
    path.write_text(
        '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    write()
