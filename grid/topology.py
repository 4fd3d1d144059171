"""Shapes side by side: what overlaps, what is left out, how a grid is cut and joined. Knows geometry, no table.

Shapes are in WGS-84 degrees, areas in m² on a plane laid at the shape's own latitude (within 0.5 % for a district).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.ops import split as cut

from boshan_police.kernel.errors import Invalid

TOLERANCE_M2 = 1.0
"""Overlaps and gaps below this are the rounding of somebody's map."""
SMALLEST_M2 = 1000.0
"""A grid smaller than this is a sliver that was left over, hardly a place with people."""
METRES_PER_DEGREE = 111_320.0
_HAIR = 1e-6  # degrees, 0.1 m: what counts as the same border
_REACH = 2e-5  # degrees, 2 m: a cut that ends on the border is carried over it

OVERLAP, GAP, OUTSIDE, CROSSING, SLIVER, PARTS = "overlap", "gap", "outside", "crossing", "sliver", "parts"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with `keys`. `keep` is who should have the piece: the neighbour with the longest border."""

    kind: str
    keys: tuple[str, ...]
    area: shapely.Geometry = field(repr=False)
    size: float = 0.0
    keep: str | None = None

    @property
    def name(self) -> str:
        """The same for the same fault, as long as nobody moves it."""
        place = self.area.representative_point()
        text = f"{self.kind} {sorted(self.keys)} {place.x:.6f} {place.y:.6f} {self.size:.0f}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def square_metres(area: shapely.Geometry) -> float:
    """The size of `area`."""
    if area.is_empty:
        return 0.0
    _west, south, _east, north = area.bounds
    return float(area.area * METRES_PER_DEGREE**2 * cos(radians((south + north) / 2)))


def faults_of(
    areas: Mapping[str, shapely.Geometry],
    *,
    ground: shapely.Geometry | None = None,
    only: Collection[str] | None = None,
) -> list[Fault]:
    """What is wrong with `areas` (key → shape), largest first; about 0.2 s for 700 grids.

    `ground` is the area they have to fill; None: themselves, so that only holes are gaps. `only` narrows to faults
    that these keys take part in, or that lie beside them.
    """
    found = [_crossing(key, area) for key, area in areas.items() if not area.is_valid]
    keys = [key for key, area in areas.items() if area.is_valid and not area.is_empty]
    shapes = np.array([areas[key] for key in keys], dtype=object)
    if not keys:
        return found
    tree = shapely.STRtree(shapes)
    found += _overlaps(keys, shapes, tree)
    found += _odd(keys, shapes)
    whole = shapely.union_all(shapes)
    missing = [shapely.Polygon(ring) for part in _polygons(whole) for ring in part.interiors]
    if ground is not None:
        missing.append(shapely.difference(ground, whole))
        for piece in _polygons(shapely.difference(whole, ground)):
            if (size := square_metres(piece)) > TOLERANCE_M2:
                beside = _beside(piece, keys, shapes, tree)
                found.append(Fault(OUTSIDE, tuple(key for key, _ in beside), piece, size))
    for piece in _polygons(shapely.union_all(missing)) if missing else []:
        if (size := square_metres(piece)) > TOLERANCE_M2:
            beside = _beside(piece, keys, shapes, tree)
            names = tuple(key for key, _ in beside)
            found.append(Fault(GAP, names, piece, size, names[0] if names else None))
    if only is not None:
        wanted = set(only)
        found = [fault for fault in found if wanted.intersection(fault.keys) or not fault.keys]
    return sorted(found, key=lambda fault: -fault.size)


def _crossing(key: str, area: shapely.Geometry) -> Fault:
    # "Self-intersection[117.86 36.5]"
    reason = shapely.is_valid_reason(area)
    try:
        lon, lat = map(float, reason[reason.index("[") + 1 : reason.index("]")].split()[:2])
        place = shapely.Point(lon, lat)
    except ValueError:
        place = shapely.Point(*shapely.get_coordinates(area)[0])
    return Fault(CROSSING, (key,), place)


def _overlaps(keys: list[str], shapes: Any, tree: shapely.STRtree) -> list[Fault]:
    left, right = tree.query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = shapely.intersection(shapes[left], shapes[right])
    found = []
    for index in np.flatnonzero(shapely.area(common) > 0):
        pieces = [piece for piece in _polygons(common[index]) if square_metres(piece) > TOLERANCE_M2]
        for piece in pieces:
            one, two = int(left[index]), int(right[index])
            edges = [_shared(piece, shapes[which]) for which in (one, two)]
            keep = keys[one] if edges[0] >= edges[1] else keys[two]
            found.append(Fault(OVERLAP, (keys[one], keys[two]), piece, square_metres(piece), keep))
    return found


def _odd(keys: list[str], shapes: Any) -> list[Fault]:
    found = []
    for key, area in zip(keys, shapes, strict=True):
        size = square_metres(area)
        if size < SMALLEST_M2:
            found.append(Fault(SLIVER, (key,), area, size))
        if len(_polygons(area)) > 1:
            found.append(Fault(PARTS, (key,), area, size))
    return found


def _beside(
    piece: shapely.Geometry, keys: list[str], shapes: Any, tree: shapely.STRtree
) -> list[tuple[str, float]]:
    """(key, shared border) of the grids around `piece`, longest border first."""
    near = tree.query(piece.buffer(_HAIR), predicate="intersects")
    found = [(keys[index], _shared(piece, shapes[index])) for index in near]
    found = [
        pair for pair in found if pair[1] > _REACH
    ] or found  # who touches it at a corner is no neighbour
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _shared(piece: shapely.Geometry, area: shapely.Geometry) -> float:
    return float(shapely.length(shapely.intersection(area.boundary, piece.buffer(_HAIR))))


def _polygons(area: shapely.Geometry) -> list[shapely.Polygon]:
    return [
        part for part in shapely.get_parts(area).tolist() if part.geom_type == "Polygon" and not part.is_empty
    ]


def mended(areas: Mapping[str, shapely.Geometry], fault: Fault) -> dict[str, shapely.Geometry]:
    """The shapes that change when `fault` is mended as it suggests: a gap is given away, an overlap kept by one alone."""
    if fault.kind == GAP and fault.keep is not None:
        joined = shapely.union_all([areas[fault.keep], fault.area])
        if joined.geom_type != "Polygon":  # a hair wider, over the crack of one rounding
            joined = shapely.union_all([areas[fault.keep], fault.area.buffer(_HAIR / 10, join_style="mitre")])
        return {fault.keep: _largest(joined)}
    if fault.kind == OVERLAP:
        return {
            key: _largest(shapely.difference(areas[key], fault.area))
            for key in fault.keys
            if key != fault.keep
        }
    raise Invalid(
        "fault_not_mendable", _("This fault has to be mended by hand: move the border."), field="fault"
    )


def _largest(area: shapely.Geometry) -> shapely.Geometry:
    """`area` without the crumbs of a computation."""
    parts = _polygons(area)
    kept = [part for part in parts if square_metres(part) > TOLERANCE_M2] or parts
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def split(area: shapely.Geometry, line: shapely.Geometry) -> list[shapely.Geometry]:
    """`area` cut in two by `line`, the larger part first. Together they are `area` to the last digit of a degree."""
    parts = _polygons(cut(area, _carried_over(line)))
    if len(parts) != 2:
        raise Invalid(
            "split_parts",
            _("The line must cut the grid in two. It starts and ends on the border or outside.")
            if len(parts) < 2
            else ngettext(
                "The line cuts the grid in %(count)s part; it must be two.",
                "The line cuts the grid in %(count)s parts; it must be two.",
                len(parts),
            )
            % {"count": len(parts)},
            field="line",
        )
    return sorted(parts, key=square_metres, reverse=True)


def _carried_over(line: shapely.Geometry) -> shapely.LineString:
    """`line` a little longer at both ends, since an end that snapped to a border lies beside it by one rounding."""
    points = shapely.get_coordinates(line)
    first, second, before, last = points[0], points[1], points[-2], points[-1]
    return shapely.LineString([_beyond(second, first), *points[1:-1], _beyond(before, last)])


def _beyond(start: Any, end: Any) -> Any:
    length = float(np.hypot(*(end - start))) or 1.0
    return end + (end - start) / length * _REACH


def merge(areas: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Adjacent areas as one, without a seam."""
    shapes = list(areas)
    joined = shapely.union_all(shapes)
    if joined.geom_type != "Polygon":  # cracks of a rounding between them
        joined = shapely.union_all(shapes, grid_size=_HAIR)
    if joined.geom_type != "Polygon":
        raise Invalid(
            "merge_apart", _("Only grids that share a border can be merged into one."), field="grids"
        )
    return joined
