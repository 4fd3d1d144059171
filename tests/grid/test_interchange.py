"""Files of grids: four formats in, coordinates made WGS-84, what is hostile or broken told; two formats out."""

import io
import json
import zipfile

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import mapping

from boshan_police.kernel.errors import Invalid
from grid import grid_file, interchange
from grid.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from grid.interchange import as_geojson, as_geopackage, read_sheet

AREA = shapely.box(117.86, 36.48, 117.88, 36.50)
COLUMNS = {"code": "城东-001", "community": "陶镇社区"}


def written(folder, driver, ending, areas=(AREA,), columns=None, crs="EPSG:4326", kind="Polygon", **options):
    """A file as another program would write it."""
    columns = COLUMNS if columns is None else columns
    path = folder / f"grids.{ending}"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(areas, dtype=object), output_dimension=3),
        field_data=[np.array([value] * len(areas), dtype=object) for value in columns.values()],
        fields=list(columns),
        layer="grids",
        driver=driver,
        geometry_type=kind,
        crs=crs,
        **options,
    )
    return path


def zipped(folder, **more):
    """The parts of the shapefile there, and `more` entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("grids.*")):
            archive.write(part, f"数据/{part.name}")
        for name, content in more.items():
            archive.writestr(name, content)
    return packed.getvalue()


def shapefile(folder, **options):
    written(folder, "ESRI Shapefile", "shp", **options)
    return zipped(folder)


def kml(folder):
    return written(folder, "LIBKML", "kml").read_bytes()


def geojson(folder):
    return written(folder, "GeoJSON", "geojson").read_bytes()


def geopackage(folder, **options):
    return written(folder, "GPKG", "gpkg", **options).read_bytes()


@pytest.mark.parametrize(
    ("make", "format"),
    [(geojson, "geojson"), (shapefile, "shapefile"), (kml, "kml"), (geopackage, "geopackage")],
)
def test_the_four_formats(tmp_path, make, format):
    sheet = read_sheet(make(tmp_path))
    assert (sheet.format, len(sheet.rows)) == (format, 1)
    assert {name: sheet.rows[0][name] for name in COLUMNS} == COLUMNS
    assert sheet.shapes[0].equals(AREA)
    assert not sheet.shapes[0].has_z


def test_chinese_letters_of_an_old_shapefile(tmp_path):
    written(tmp_path, "ESRI Shapefile", "shp", encoding="CP936")
    (tmp_path / "grids.cpg").unlink()
    table = bytearray((tmp_path / "grids.dbf").read_bytes())
    table[29] = 0  # the language byte too
    (tmp_path / "grids.dbf").write_bytes(table)
    assert read_sheet(zipped(tmp_path)).rows[0]["community"] == "陶镇社区"


@pytest.mark.parametrize("make", [shapefile, geopackage])
def test_projected_coordinates_are_converted(tmp_path, make):
    """CGCS2000 / 3-degree Gauss-Kruger CM 117E: computed by PROJ for the corners of `AREA`."""
    corners = [(577049.200, 4041368.0), (578841.083, 4041384.648), (578861.357, 4039165.208)]
    projected = shapely.Polygon([(577064.8, 4039148.6), *reversed(corners)])
    sheet = read_sheet(make(tmp_path, areas=[projected], crs="EPSG:4548"))
    assert sheet.shapes[0].hausdorff_distance(AREA) < 1e-4


def test_cgcs2000_degrees_are_taken_as_they_are(tmp_path):
    sheet = read_sheet(geopackage(tmp_path, crs="EPSG:4490"))
    assert (sheet.crs, sheet.shapes[0].equals(AREA)) == ("EPSG:4490", True)


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_declared_chinese_coordinates(tmp_path, system, shift):
    shifted = shapely.Polygon([shift(lat, lon)[::-1] for lon, lat in AREA.exterior.coords])
    sheet = read_sheet(geopackage(tmp_path, areas=[shifted]), system=system)
    assert sheet.shapes[0].equals_exact(AREA, 1e-7)


def test_a_file_without_coordinate_system_asks(tmp_path):
    written(tmp_path, "ESRI Shapefile", "shp")
    (tmp_path / "grids.prj").unlink()
    with pytest.raises(Invalid) as caught:
        read_sheet(zipped(tmp_path))
    assert (caught.value.code, caught.value.field) == ("crs_missing", "system")
    assert read_sheet(zipped(tmp_path), system="wgs84").shapes[0].equals(AREA)


def test_metres_declared_as_degrees_are_told(tmp_path):
    data = geopackage(tmp_path, areas=[shapely.box(577049, 4039165, 578861, 4041384)], crs="EPSG:4548")
    with pytest.raises(Invalid, match="coordinates_range"):
        read_sheet(data, system="wgs84")


def test_a_system_nobody_can_convert_is_named(tmp_path):
    local = 'LOCAL_CS["Town grid of 1987",UNIT["metre",1]]'
    with pytest.raises(Invalid) as caught:
        read_sheet(geopackage(tmp_path, areas=[shapely.box(0, 0, 100, 100)], crs=local))
    assert caught.value.code in {"crs_unknown", "crs_missing"}


def test_multipolygons_of_one_are_polygons_and_points_are_no_area(tmp_path):
    one = shapely.MultiPolygon([AREA])
    two = shapely.MultiPolygon([AREA, shapely.box(118, 36, 118.01, 36.01)])
    sheet = read_sheet(geopackage(tmp_path, areas=[one, two], kind="MultiPolygon"))
    assert [shape.geom_type for shape in sheet.shapes] == ["Polygon", "MultiPolygon"]
    point = {
        "type": "Feature",
        "properties": {"code": "x"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    empty = {"type": "Feature", "properties": {"code": "y"}, "geometry": None}
    data = json.dumps({"type": "FeatureCollection", "features": [point, empty]}).encode()
    assert read_sheet(data).shapes == (None, None)


def test_layers_are_chosen(tmp_path):
    data = geopackage(tmp_path)
    assert read_sheet(data, layer="grids").layers == ("grids",)
    with pytest.raises(Invalid, match="layer_unknown"):
        read_sheet(data, layer='x" or "1')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_unknown"),
        (b"\x00" * 5000, "file_unknown"),
        ("编码,社区\n".encode(), "file_unknown"),
        (b'{"type": "Topology"}', "file_unknown"),
        (b'{"type": "FeatureCollection", "features": [', "file_unreadable"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "file_unreadable"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>", "file_unknown"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><kml>&a;</kml>', "file_unreadable"),
        (b"PK\x03\x04 no archive", "archive"),
    ],
)
def test_what_is_no_such_file(data, code):
    with pytest.raises(Invalid) as caught:
        read_sheet(data)
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(grid_file, "MOST_UNPACKED", 100_000)
    written(tmp_path, "ESRI Shapefile", "shp")
    (tmp_path / "grids.prj").write_bytes(b" " * 1_000_000)
    with pytest.raises(Invalid, match="archive"):
        read_sheet(zipped(tmp_path))


def test_names_in_an_archive_lead_nowhere(tmp_path):
    inside, outside = tmp_path / "a", tmp_path / "b"
    inside.mkdir()
    written(inside, "ESRI Shapefile", "shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in inside.glob("grids.*"):
            archive.write(part, f"../../{outside}/{part.name}")
        archive.writestr("/etc/evil.vrt", "<OGRVRTDataSource/>")
    assert read_sheet(packed.getvalue()).shapes[0].equals(AREA)
    assert not outside.exists()


def test_two_shapefiles_or_half_a_one_are_told(tmp_path):
    written(tmp_path, "ESRI Shapefile", "shp")
    with pytest.raises(Invalid, match="archive"):
        read_sheet(zipped(tmp_path, **{"other.shp": b"x"}))
    (tmp_path / "grids.shx").unlink()
    with pytest.raises(Invalid, match="archive"):
        read_sheet(zipped(tmp_path))


def test_too_much_is_told(tmp_path, monkeypatch):
    data = geopackage(tmp_path, areas=[AREA] * 4)
    monkeypatch.setattr(interchange, "MOST_FEATURES", 3)
    with pytest.raises(Invalid, match="too_many_features"):
        read_sheet(data)
    monkeypatch.setattr(interchange, "MOST_FEATURES", 5)
    monkeypatch.setattr(interchange, "MOST_CORNERS", 19)
    with pytest.raises(Invalid, match="too_many_corners"):
        read_sheet(data)
    with pytest.raises(Invalid, match="file_large"):
        read_sheet(b"{" * (interchange.MOST_BYTES + 1))


@pytest.mark.parametrize("write", [as_geojson, as_geopackage])
def test_what_goes_out_comes_in_again(write):
    row = {
        "station_id": "370304510000",
        "community_code": "370304001001",
        "boundary": mapping(AREA),
        **COLUMNS,
    }
    sheet = read_sheet(write([row]))
    assert sheet.shapes[0].equals(AREA)
    assert sheet.rows[0] == {
        "code": "城东-001",
        "station": "370304510000",
        "community_code": "370304001001",
        "community": "陶镇社区",
    }
