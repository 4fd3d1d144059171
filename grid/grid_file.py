"""What a file of grids is, by its content alone, laid out in a folder for GDAL to read: links and programs stay out."""

import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.parsers import expat

import orjson
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.spreadsheet import BROKEN_ARCHIVE

MOST_UNPACKED = 100 * 1024 * 1024
_SHAPEFILE = ("shp", "shx", "dbf", "prj", "cpg")
_SHAPEFILE_SIGN = b"\x00\x00\x27\x0a"  # begins .shp and .shx


def unpacked(data: bytes, folder: Path) -> tuple[str, Path]:
    """(format, the file for GDAL), by what the bytes begin with; the name it was sent under is not looked at."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return "shapefile", _shapefile(data, folder)
    if data.startswith(b"SQLite format 3\x00"):
        return "geopackage", _geopackage(_written(folder / "layer.gpkg", data))
    if head.startswith(b"<") and _root_of(data) == "kml":
        return "kml", _written(folder / "layer.kml", data)
    if head.startswith(b"{"):
        try:
            body = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise wrong("file_unreadable", _("This is not valid JSON: %s.") % error) from error
        if body.get("type") in ("FeatureCollection", "Feature"):
            return "geojson", _written(folder / "layer.geojson", orjson.dumps(_without_links(body)))
    raise wrong(
        "file_unknown",
        _("This is no GeoJSON, KML or GeoPackage file and no zipped Shapefile."),
    )


def _root_of(data: bytes) -> str:
    """The name of the outermost element; it is the only one, and no document type stands before it."""
    found: list[str] = []

    def begun(name: str, _attributes: Any) -> None:
        found.append(name.rpartition(":")[2])
        parser.StartElementHandler = None

    def typed(*_declared: Any) -> None:
        raise wrong("file_unreadable", _("The KML file declares entities, which none needs."))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begun, typed
    try:
        parser.Parse(data, True)
    except (
        expat.ExpatError,
        ValueError,
        LookupError,
    ) as error:  # the last two: of an encoding it doesn't know
        raise unreadable() from error
    return found[0]


def _without_links(body: dict[str, Any]) -> dict[str, Any]:
    """The features and nothing beside them: GDAL fetches a `crs` by link, wherever it stands. A named one is kept."""
    if body["type"] == "Feature":
        return _feature(body)
    kept = {"type": body["type"], "features": [_feature(each) for each in _list(body.get("features"))]}
    if isinstance(body.get("name"), str):
        kept["name"] = body["name"]
    match body.get("crs"):
        case {"type": "name", "properties": {"name": str(name)}}:
            kept["crs"] = {"type": "name", "properties": {"name": name}}
    return kept


def _feature(given: Any) -> dict[str, Any]:
    given = given if isinstance(given, dict) else {}
    kept = {name: given[name] for name in ("id", "properties") if name in given}
    return {"type": "Feature", **kept, "geometry": _geometry(given.get("geometry"))}


def _geometry(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, dict):
        return None
    kept = {name: given[name] for name in ("type", "coordinates") if name in given}
    if "geometries" in given:
        kept["geometries"] = [_geometry(each) for each in _list(given["geometries"])]
    return kept


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _geopackage(path: Path) -> Path:
    """Refused where reading a row would run what the file says: of views and computed columns nobody knows the cost."""
    computed = (
        "SELECT 1 FROM sqlite_master AS made, pragma_table_xinfo(made.name) AS held "
        "WHERE made.type = 'view' OR (made.sql NOT LIKE 'CREATE VIRTUAL%' AND held.hidden > 1)"
    )
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as opened:
            if opened.execute(computed).fetchone():
                raise wrong("file_unreadable", _("The GeoPackage computes its rows. Export the layer anew."))
    except sqlite3.Error as error:
        raise unreadable() from error
    return path


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
                raise wrong(
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
                    raise wrong("archive", _("The archive unpacks to more than 100 MB."))
                (folder / f"layer.{ending}").write_bytes(content)
    except (*BROKEN_ARCHIVE, OSError) as error:
        raise wrong("archive", _("The archive can't be unpacked.")) from error
    if not (folder / "layer.shx").exists() or not (folder / "layer.dbf").exists():
        raise wrong("archive", _("The archive lacks the .shx or the .dbf of the Shapefile."))
    for part in ("shp", "shx"):
        if not (folder / f"layer.{part}").read_bytes().startswith(_SHAPEFILE_SIGN):
            raise unreadable()
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


def unreadable() -> Invalid:
    return wrong("file_unreadable", _("The file can't be read; it may be damaged."))


def wrong(code: str, message: str) -> Invalid:
    return Invalid(code, message, field="file")
