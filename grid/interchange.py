"""Grids as other programs keep them: GeoJSON, Shapefile (zipped), KML and GeoPackage in, GeoJSON and GeoPackage out.

GDAL reads through pyogrio, which brings its own. What comes in is hostile until read: the content decides the format,
files get names of ours, an archive is unpacked within limits, and GDAL sees nothing but that one folder: it knows the
drivers of the four formats alone, none of which follows a link once the links are taken out.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import Invalid

from .coordinates import System, to_wgs84
from .grid_file import unpacked, unreadable, wrong

MOST_BYTES = 20 * 1024 * 1024
MOST_FEATURES = 5000
MOST_CORNERS = 200_000
DEGREES = frozenset({"EPSG:4326", "EPSG:4490", "OGC:CRS84", "EPSG:4979", "EPSG:4480"})
"""Systems taken as they are. CGCS2000 (4490) and WGS-84 differ by centimetres."""
_DRIVERS = {
    "geojson": {"GeoJSON"},
    "shapefile": {"ESRI Shapefile"},
    "kml": {"KML", "LIBKML"},
    "geopackage": {"GPKG"},
}
_SHOWN = 80  # characters of a coordinate system's name in a message


def _keep_drivers(wanted: set[str]) -> None:
    """Others, VRT first of all, take any file for theirs that holds their sign, and then open what it names."""
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(set(pyogrio.list_drivers()) - wanted)})
    pyogrio.core._register_drivers()  # the skipped ones go when GDAL registers again


_keep_drivers(set().union(*_DRIVERS.values()))


@dataclass(frozen=True)
class Sheet:
    """A file as read: `rows` (column → text) beside `shapes` (WGS-84, two dimensions; None where there is no area)."""

    format: str
    layer: str
    layers: tuple[str, ...]
    crs: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    shapes: tuple[shapely.Geometry | None, ...]


def read_sheet(data: bytes, *, layer: str = "", system: str = "") -> Sheet:
    """Read one layer. `system` (one of `coordinates.System`) is what the sender says; empty: what the file says.

    `Invalid` says what is wrong: `file_large`, `file_unknown`, `file_unreadable`, `archive`, `crs_missing`,
    `crs_unknown`, `too_many_features`, `too_many_corners`, `coordinates_range`, `layer_unknown`.
    """
    if len(data) > MOST_BYTES:
        raise wrong("file_large", _("The file is larger than 20 MB."))
    with tempfile.TemporaryDirectory(prefix="boshan-grids-") as folder:
        try:
            return _read(data, Path(folder), layer, system)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
            raise unreadable() from error


def _read(data: bytes, folder: Path, layer: str, system: str) -> Sheet:
    form, path = unpacked(data, folder)
    layers = tuple(str(name) for name, kind in pyogrio.list_layers(path) if kind is not None)
    if not layers:
        raise wrong("file_empty", _("The file holds no shapes."))
    if layer and layer not in layers:
        raise Invalid("layer_unknown", _("The file has no such layer."), field="layer")
    chosen = layer or layers[0]
    info = pyogrio.read_info(path, layer=chosen)
    count, crs = int(info["features"]), str(info["crs"] or "")
    if info["driver"] not in _DRIVERS[form] or count < 0:
        raise unreadable()
    if count > MOST_FEATURES:
        raise wrong(
            "too_many_features",
            _("The file has %(count)s shapes; at most %(most)s can be taken at once.")
            % {"count": count, "most": MOST_FEATURES},
        )
    if not crs and not system:
        raise Invalid(
            "crs_missing",
            _("The file does not say which coordinates it has. Choose WGS-84, GCJ-02 or BD-09."),
            field="system",
        )
    meta, _fids, wkb, values = pyogrio.raw.read(
        path, layer=chosen, max_features=MOST_FEATURES, datetime_as_string=True
    )
    if not system and crs not in DEGREES:
        wkb = _warped(wkb, crs, folder)
    columns = tuple(str(name) for name in meta["fields"])
    rows = tuple(
        {name: _text(column[index]) for name, column in zip(columns, values, strict=True)}
        for index in range(len(wkb))
    )
    return Sheet(form, chosen, layers, crs, columns, rows, _areas(wkb, system, crs))


def _warped(wkb: Any, crs: str, folder: Path) -> Any:
    """The shapes in WGS-84, computed by GDAL from a file of ours."""
    path = folder / "warped.gpkg"
    try:
        pyogrio.raw.write(
            path,
            geometry=wkb,
            field_data=[],
            fields=[],
            layer="shapes",
            driver="GPKG",
            geometry_type="Unknown",
            crs=crs,
        )
        wgs84 = "SELECT ST_Transform(geom, 4326) AS geom FROM shapes ORDER BY fid"
        _meta, _fids, warped, _values = pyogrio.raw.read(path, sql=wgs84)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise _unknown(crs) from error
    if any(after is None for before, after in zip(wkb, warped, strict=True) if before is not None):
        raise _unknown(crs)
    return warped


def _areas(wkb: Any, system: str, crs: str) -> tuple[shapely.Geometry | None, ...]:
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    corners = int(shapely.get_num_coordinates(shapes).sum())
    if corners > MOST_CORNERS:
        raise wrong(
            "too_many_corners",
            _("The shapes have %(count)s corners; at most %(most)s can be taken. Simplify them first.")
            % {"count": corners, "most": MOST_CORNERS},
        )
    points = shapely.get_coordinates(shapes)
    if points.size and not (np.isfinite(points).all() and (np.abs(points) <= (180, 90)).all()):
        raise wrong(
            "coordinates_range",
            _("The coordinates are no degrees, though the file says %(system)s.")
            % {"system": (crs or system)[:_SHOWN]},
        )
    if system in {System.GCJ02, System.BD09}:
        # Each place once: a corner stands in the file for every grid that has it.
        corners_once = {(lon, lat): to_wgs84(lat, lon, system)[::-1] for lon, lat in set(map(tuple, points))}
        shapes = shapely.set_coordinates(shapes, [corners_once[lon, lat] for lon, lat in points])
    return tuple(_area(shape) for shape in shapes)


def _area(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    if shape is None or shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return None
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))  # codes that a spreadsheet took for numbers
    return str(value).replace("\x00", "").strip()[:200]


def _unknown(crs: str) -> Invalid:
    return wrong(
        "crs_unknown",
        _("The coordinates can't be converted from %(system)s. Export the file in EPSG:4326 or EPSG:4490.")
        % {"system": crs[:_SHOWN]},
    )


def as_geojson(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Grids (code, station_id, community_code, community, boundary) as a FeatureCollection, WGS-84, all digits."""
    features = [
        {"type": "Feature", "properties": _properties(row), "geometry": row["boundary"]} for row in rows
    ]
    return orjson.dumps({"type": "FeatureCollection", "name": "grids", "features": features})


def as_geopackage(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same as a GeoPackage with the layer `grids`."""
    shapes = [shapely.geometry.shape(row["boundary"]) for row in rows]
    whole = [
        shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes
    ]
    names = ["code", "station", "community_code", "community"]
    table = [_properties(row) for row in rows]
    with tempfile.TemporaryDirectory(prefix="boshan-grids-") as folder:
        path = Path(folder) / "grids.gpkg"
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(whole, dtype=object)),
            field_data=[np.array([row[name] for row in table], dtype=object) for name in names],
            fields=names,
            layer="grids",
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
        )
        return path.read_bytes()


def _properties(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "code": row["code"],
        "station": row["station_id"],
        "community_code": row["community_code"],
        "community": row["community"],
    }
