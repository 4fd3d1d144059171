"""Files of grids that would have the server read other files, ask other servers or compute without end."""

import io
import json
import socket
import sqlite3
import threading
import zipfile
from contextlib import closing, suppress

import pyogrio
import pytest

from boshan_police.kernel.errors import Invalid
from grid.interchange import read_sheet

from .test_interchange import AREA, geopackage, kml, shapefile, written

VRT = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
SQUARE = {"type": "Polygon", "coordinates": [[list(corner) for corner in AREA.exterior.coords]]}


@pytest.fixture
def listener():
    """Where a server would be asked; its `calls` stay empty."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    caller, _address = server.accept()
                except OSError:
                    return
                with caller:
                    calls.append(caller.recv(200))
                    caller.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        server_url = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield server_url, calls
        server.shutdown(socket.SHUT_RDWR)


def collection(geometry=SQUARE, **more):
    feature = {"type": "Feature", "properties": {"code": "城东-001"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


def refused(data):
    with pytest.raises(Invalid) as caught:
        read_sheet(data)
    return caught.value.code


def test_only_the_four_formats_are_known():
    assert set(pyogrio.list_drivers()) == {"GeoJSON", "ESRI Shapefile", "KML", "LIBKML", "GPKG"}


@pytest.mark.parametrize(
    "wrapped",
    [
        "<OGRVRTDataSource><!-- <kml -->%s",
        "<kml/>%s",
        "<kml><Document/></kml><!-- -->%s",
    ],
)
def test_a_vrt_in_the_clothes_of_kml_reads_no_file_of_the_server(tmp_path, listener, wrapped):
    url, calls = listener
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    for source in (f"CSV:{tmp_path}/secret.csv", f"/vsicurl/{url}/a.geojson"):
        data = wrapped % (VRT % source).removeprefix("<OGRVRTDataSource>" if "OGR" in wrapped else "")
        assert refused(data.encode()) in {"file_unknown", "file_unreadable"}
    assert calls == []


@pytest.mark.parametrize("place", ["name", "property"])
def test_a_vrt_within_geojson_stays_a_text(listener, place):
    url, calls = listener
    vrt = VRT % f"/vsicurl/{url}/a.geojson"
    feature = {"type": "Feature", "properties": {"code": "a", "note": vrt}, "geometry": SQUARE}
    data = collection(name=vrt) if place == "name" else collection(features=[feature])
    assert read_sheet(data).shapes[0].equals(AREA)
    assert calls == []


@pytest.mark.parametrize("kind", ["link", "url", "Link"])
@pytest.mark.parametrize("place", ["collection", "geometry", "inner", "CRS"])
def test_a_coordinate_system_is_not_fetched(listener, kind, place):
    url, calls = listener
    crs = {"type": kind, "properties": {"href": f"{url}/crs", "url": f"{url}/crs"}}
    data = {
        "collection": collection(crs=crs),
        "CRS": collection(CRS=crs),
        "geometry": collection({**SQUARE, "crs": crs}),
        "inner": collection({"type": "GeometryCollection", "geometries": [{**SQUARE, "crs": crs}]}),
    }[place]
    read_sheet(data)
    assert calls == []


def test_a_named_coordinate_system_is_taken():
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert read_sheet(collection(crs=named)).crs == "EPSG:4490"


@pytest.mark.parametrize(
    "body",
    [
        {"type": ["FeatureCollection"]},
        {"type": "FeatureCollection", "features": {"a": 1}},
        {"type": "FeatureCollection", "features": [None, 1, {"geometry": "x", "properties": []}]},
        {"type": "Feature"},
    ],
)
def test_geojson_of_a_wrong_build_is_told(body):
    with suppress(Invalid):
        read_sheet(json.dumps(body).encode())


def test_kml_asks_nobody(tmp_path, listener):
    url, calls = listener
    link = f"<NetworkLink><Link><href>{url}/more.kml</href></Link></NetworkLink><Placemark>"
    data = kml(tmp_path).replace(b"<Placemark", f"{link}</Placemark><Placemark".encode(), 1)
    assert url.encode() in data
    assert any(shape and shape.equals(AREA) for shape in read_sheet(data).shapes)
    assert calls == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_entities_in_another_encoding_are_refused(encoding):
    data = '<!DOCTYPE x [<!ENTITY a "aaaa">]><kml>&a;</kml>'.encode(encoding)
    assert refused(data) in {"file_unknown", "file_unreadable"}


def test_a_shapefile_that_is_none_is_not_opened(tmp_path, listener):
    url, calls = listener
    shapefile(tmp_path)
    (tmp_path / "grids.shp").write_text(VRT % f"/vsicurl/{url}/a.geojson")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("grids.*"):
            archive.write(part, part.name)
    assert refused(packed.getvalue()) == "file_unreadable"
    assert calls == []


def test_a_link_for_a_projection_is_not_fetched(tmp_path, listener):
    url, calls = listener
    written(tmp_path, "ESRI Shapefile", "shp")
    for text in (f"{url}/projection", f"+proj=longlat +nadgrids={url}/shift.tif", "/etc/passwd"):
        (tmp_path / "grids.prj").write_text(text)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part in tmp_path.glob("grids.*"):
                archive.write(part, part.name)
        with pytest.raises(Invalid):
            read_sheet(packed.getvalue())
    assert calls == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid FROM n",
        "CREATE VIEW v AS SELECT fid, ogr_datasource_load_layers('/etc/passwd') AS code FROM grids",
        "ALTER TABLE grids ADD COLUMN large BLOB AS (zeroblob(1000000000))",
    ],
)
def test_a_geopackage_that_computes_is_refused(tmp_path, statement):
    path = tmp_path / "grids.gpkg"
    geopackage(tmp_path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(statement)
        opened.execute(
            "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES('v', 'attributes', 'v', 0)"
        )
        opened.commit()
    assert refused(path.read_bytes()) == "file_unreadable"


def test_a_damaged_archive_is_told(tmp_path):
    """Whichever byte it is."""
    data = shapefile(tmp_path)
    for place in range(30, len(data), 11):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        with suppress(Invalid):
            read_sheet(bytes(damaged))
