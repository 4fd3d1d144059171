"""The drawing of the demo district: 696 grids without gap or overlap."""

from collections import Counter, defaultdict

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from boshan_police.demo_world import tessellation
from boshan_police.demo_world.organisations import station_rows
from boshan_police.demo_world.territory import Places, drawing, grids

KM2 = 111.32 * 110.95 * 0.8044  # per square degree at 36.45° north


@pytest.fixture(scope="module")
def shapes():
    return np.array([shape(feature["geometry"]) for feature in drawing()])


def property_of(name):
    return [feature["properties"][name] for feature in drawing()]


def test_696_whole_cells(shapes):
    assert len(shapes) == len(set(property_of("code"))) == 696
    assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.POLYGON}
    assert shapely.is_valid(shapes).all()
    assert not shapely.get_num_interior_rings(shapes).any()


def test_no_overlap_and_shared_borders_point_by_point(shapes):
    assert shapely.coverage_is_valid(shapes)
    assert shapes_overlap(shapes) < 1e-12


def shapes_overlap(shapes):
    return sum(area.area for area in shapes) - shapely.union_all(shapes).area


def test_no_gap_the_union_is_the_outline(shapes):
    union = shapely.coverage_union_all(shapes)
    assert union.geom_type == "Polygon"
    assert len(union.interiors) == 0
    outline = tessellation.outline()
    assert outline.is_valid
    # snapped to 5 digits the line lies within 1.5 m of the outline
    assert union.hausdorff_distance(outline) < 1.5e-5
    assert union.symmetric_difference(outline).area / outline.area < 1e-4


def test_five_digits(shapes):
    points = shapely.get_coordinates(shapes)
    assert np.array_equal(points, np.round(points, 5))


def test_small_in_town_large_in_the_valleys(shapes):
    area = defaultdict(list)
    for code, cell in zip(property_of("code"), shapes, strict=True):
        area[code.split("-")[0]].append(cell.area * KM2)
    medians = {station: float(np.median(sizes)) for station, sizes in area.items()}
    assert medians["城西"] < 0.4 < 2 < medians["池上"]
    assert medians["城东"] < medians["白塔"] < medians["石马"] < medians["源泉"]


def test_13_stations_of_one_piece(shapes):
    stations = np.array(property_of("station"))
    rows = station_rows()
    assert len(rows) == 13
    counts = Counter(property_of("station"))
    assert [
        row["name"] for row in rows
    ] == "城东 城西 山头 域城 白塔 夏家庄 开发区 八陡 石马 博山镇 源泉 池上 风景区".split()  # noqa: SIM905 - read as a list of names
    assert {row["name"]: counts[row["code"]] for row in rows} == {
        "城东": 72, "城西": 64, "山头": 54, "域城": 50, "白塔": 58, "夏家庄": 40, "开发区": 34, "八陡": 61, "石马": 65,
        "博山镇": 47, "源泉": 51, "池上": 54, "风景区": 46,
    }  # fmt: skip
    for row in rows:
        ground = shapely.coverage_union_all(shapes[stations == row["code"]])
        assert ground.geom_type == "Polygon", row["name"]
        assert shapely.contains_xy(ground, float(row["lon"]), float(row["lat"])), f"seat of {row['name']}"


def test_communities_are_compact_and_coded(shapes):
    codes = np.array(property_of("community_code"))
    names = dict(zip(codes, property_of("community"), strict=True))
    assert len(set(names.values())) == len(names)
    street_or_town = {row["code"]: row["area"] for row in station_rows()}
    for feature in drawing():
        properties = feature["properties"]
        assert properties["community_code"][:9] == f"370304{street_or_town[properties['station']]}"
        assert len(properties["community_code"]) == 12
    for code in names:
        members = shapes[codes == code]
        assert 5 <= len(members) <= 12
        assert shapely.coverage_union_all(members).geom_type == "Polygon", names[code]


def test_label_points_lie_inside():
    for grid in grids():
        assert shapely.contains_xy(shape(grid.boundary), grid.lon, grid.lat)
    one = grids()[0]
    assert (one.code, one.station_id) == ("城东-001", "370304510000")


def test_places_are_on_the_ground_and_repeat():
    codes = [row["code"] for row in station_rows()]
    once, again, other = (Places(salt) for salt in ("1", "1", "2"))
    first = [once.in_station(code) for code in codes]
    assert first == [again.in_station(code) for code in codes]
    assert first != [other.in_station(code) for code in codes]


def test_the_drawing_is_what_the_generator_draws(shapes):
    """The method holds with the installed GEOS and NumPy: as many cells, as sound; the file itself stays as it is."""
    drawn = tessellation.draw()["features"]
    fresh = np.array([shape(feature["geometry"]) for feature in drawn])
    assert len(fresh) == 696
    assert shapely.coverage_is_valid(fresh)
    assert shapely.coverage_union_all(fresh).hausdorff_distance(shapely.coverage_union_all(shapes)) < 2e-5
