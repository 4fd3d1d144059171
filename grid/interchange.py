"""Grids as other programs keep them: GeoJSON, Shapefile (zipped), KML and GeoPackage in, GeoJSON and GeoPackage out.

GDAL reads through pyogrio, which brings its own. What comes in is hostile until read: the content decides the format,
files get names of ours, an archive is unpacked within limits, and GDAL sees nothing but that one folder.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import orjson
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import Invalid

from .coordinates import System, to_wgs84

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_FEATURES = 5000
MOST_CORNERS = 200_000
DEGREES = frozenset({"EPSG:4326", "EPSG:4490", "OGC:CRS84", "EPSG:4979", "EPSG:4480"})
"""Systems taken as they are. CGCS2000 (4490) and WGS-84 differ by centimetres."""
_SHAPEFILE = ("shp", "shx", "dbf", "prj", "cpg")
_SHOWN = 80  # characters of a coordinate system's name in a message


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
        raise _wrong("file_large", _("The file is larger than 20 MB."))
    with tempfile.TemporaryDirectory(prefix="boshan-grids-") as folder:
        try:
            return _read(data, Path(folder), layer, system)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
            raise _wrong("file_unreadable", _("The file can't be read; it may be damaged.")) from error


def _read(data: bytes, folder: Path, layer: str, system: str) -> Sheet:
    form, path = _unpacked(data, folder)
    layers = tuple(str(name) for name, kind in pyogrio.list_layers(path) if kind is not None)
    if not layers:
        raise _wrong("file_empty", _("The file holds no shapes."))
    if layer and layer not in layers:
        raise Invalid("layer_unknown", _("The file has no such layer."), field="layer")
    chosen = layer or layers[0]
    info = pyogrio.read_info(path, layer=chosen)
    count, crs = int(info["features"]), str(info["crs"] or "")
    if count > MOST_FEATURES:
        raise _wrong(
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
    source = path
    if not system and crs not in DEGREES:
        source = _warped(path, chosen, folder)
    try:
        meta, _fids, wkb, values = pyogrio.raw.read(
            source, layer=chosen, max_features=MOST_FEATURES, datetime_as_string=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        if source is path:
            raise
        raise _unknown(crs) from error
    columns = tuple(str(name) for name in meta["fields"])
    rows = tuple(
        {name: _text(column[index]) for name, column in zip(columns, values, strict=True)}
        for index in range(len(wkb))
    )
    return Sheet(form, chosen, layers, crs, columns, rows, _areas(wkb, system, crs))


def _unpacked(data: bytes, folder: Path) -> tuple[str, Path]:
    """(format, the file for GDAL), by what the bytes begin with; the name it was sent under is not looked at."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return "shapefile", _shapefile(data, folder)
    if data.startswith(b"SQLite format 3\x00"):
        return "geopackage", _written(folder / "layer.gpkg", data)
    if head.startswith(b"<") and b"<kml" in head:
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise _wrong("file_unreadable", _("The KML file declares entities, which none needs."))
        return "kml", _written(folder / "layer.kml", data)
    if head.startswith(b"{"):
        try:
            body = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise _wrong("file_unreadable", _("This is not valid JSON: %s.") % error) from error
        if body.get("type") in {"FeatureCollection", "Feature"}:
            return "geojson", _written(folder / "layer.geojson", data)
    raise _wrong(
        "file_unknown",
        _("This is no GeoJSON, KML or GeoPackage file and no zipped Shapefile."),
    )


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _shapefile(data: bytes, folder: Path) -> Path:
    """The parts of the one shapefile in an archive, under names of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            shapes = [entry for entry in entries if entry.filename.lower().endswith(".shp")]
            if len(shapes) != 1 or len(entries) > 100:
                raise _wrong(
                    "archive",
                    _("The archive must hold one Shapefile: .shp, .shx, .dbf and .prj of the same name."),
                )
            stem = shapes[0].filename[:-4]
            left = MOST_UNPACKED
            for entry in entries:
                ending = entry.filename[len(stem) + 1 :].lower()
                if entry.filename[: len(stem) + 1] != f"{stem}." or ending not in _SHAPEFILE:
                    continue
                with archive.open(entry) as packed:  # what the directory says of sizes is not believed
                    content = packed.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _wrong("archive", _("The archive unpacks to more than 100 MB."))
                (folder / f"layer.{ending}").write_bytes(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _wrong("archive", _("The archive can't be unpacked.")) from error
    if not (folder / "layer.shx").exists() or not (folder / "layer.dbf").exists():
        raise _wrong("archive", _("The archive lacks the .shx or the .dbf of the Shapefile."))
    if not (folder / "layer.cpg").exists():
        (folder / "layer.cpg").write_text(_encoding(folder / "layer.dbf"))
    return folder / "layer.shp"


def _encoding(table: Path) -> str:
    """A .dbf without a .cpg says nothing of its letters; here they are UTF-8 or Chinese."""
    content = table.read_bytes()
    try:
        content[int.from_bytes(content[8:10], "little") :].decode()
    except UnicodeDecodeError:
        return "CP936"
    return "UTF-8"


def _warped(path: Path, layer: str, folder: Path) -> Path:
    """The layer in WGS-84, computed by GDAL as it is read."""
    wrapper = folder / "wgs84.vrt"
    wrapper.write_text(
        f"<OGRVRTDataSource><OGRVRTWarpedLayer><OGRVRTLayer name={quoteattr(layer)}>"
        f'<SrcDataSource relativeToVRT="1">{path.name}</SrcDataSource><SrcLayer>{escape(layer)}</SrcLayer>'
        "</OGRVRTLayer><TargetSRS>EPSG:4326</TargetSRS></OGRVRTWarpedLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    return wrapper


def _areas(wkb: Any, system: str, crs: str) -> tuple[shapely.Geometry | None, ...]:
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    corners = int(shapely.get_num_coordinates(shapes).sum())
    if corners > MOST_CORNERS:
        raise _wrong(
            "too_many_corners",
            _("The shapes have %(count)s corners; at most %(most)s can be taken. Simplify them first.")
            % {"count": corners, "most": MOST_CORNERS},
        )
    points = shapely.get_coordinates(shapes)
    if points.size and not (np.isfinite(points).all() and (np.abs(points) <= (180, 90)).all()):
        raise _wrong(
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
    return _wrong(
        "crs_unknown",
        _("The coordinates can't be converted from %(system)s. Export the file in EPSG:4326 or EPSG:4490.")
        % {"system": crs[:_SHOWN]},
    )


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(code, message, field="file")


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
