"""Shapes side by side: faults with their size and neighbours, cuts and joins to the last digit."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from boshan_police.demo_world.territory import drawing
from boshan_police.kernel.errors import Invalid
from grid.topology import faults_of, mended, merge, split, square_metres

LEFT, RIGHT = shapely.box(117.86, 36.48, 117.88, 36.50), shapely.box(117.88, 36.48, 117.90, 36.50)


def _kinds(faults):
    return [(fault.kind, set(fault.keys)) for fault in faults]


def test_the_demo_district_has_no_fault():
    areas = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in drawing()}
    assert faults_of(areas) == []


def test_a_square_of_known_size():
    # 0.01° is 1113.2 m on a meridian, times cos 36.485° on a parallel
    assert square_metres(shapely.box(117.86, 36.48, 117.87, 36.49)) == pytest.approx(996_300, rel=0.001)


def test_an_overlap_names_both_and_its_size():
    wide = shapely.box(117.86, 36.48, 117.8801, 36.50)
    (fault,) = faults_of({"a": wide, "b": RIGHT})
    assert (fault.kind, set(fault.keys)) == ("overlap", {"a", "b"})
    assert fault.size == pytest.approx(square_metres(shapely.box(117.88, 36.48, 117.8801, 36.50)), rel=1e-6)


def test_an_overlap_below_a_square_metre_is_rounding():
    assert faults_of({"a": shapely.box(117.86, 36.48, 117.88 + 1e-9, 36.50), "b": RIGHT}) == []


def test_a_hole_is_a_gap_and_goes_to_the_longest_border():
    # a plus sign without its middle, whose west side is the longest
    ring = {
        "west": shapely.box(117.86, 36.48, 117.87, 36.51),
        "north": shapely.box(117.87, 36.50, 117.89, 36.51),
        "south": shapely.box(117.87, 36.48, 117.89, 36.49),
        "east_1": shapely.box(117.88, 36.49, 117.89, 36.495),
        "east_2": shapely.box(117.88, 36.495, 117.89, 36.50),
    }
    (fault,) = faults_of(ring)
    assert fault.kind == "gap"
    assert set(fault.keys) == set(ring)
    assert fault.keep == "west"
    after = {**ring, **mended(ring, fault)}
    assert faults_of(after) == []
    assert set(mended(ring, fault)) == {"west"}


def test_what_was_ground_and_is_nobodys_is_a_gap_at_the_edge_too():
    narrow = shapely.box(117.86, 36.48, 117.8799, 36.50)
    faults = faults_of({"a": narrow, "b": RIGHT}, ground=shapely.union_all([LEFT, RIGHT]))
    assert _kinds(faults) == [("gap", {"a", "b"})]


def test_what_leaves_the_ground_is_told():
    faults = faults_of(
        {"a": shapely.box(117.859, 36.48, 117.88, 36.50), "b": RIGHT},
        ground=shapely.union_all([LEFT, RIGHT]),
    )
    assert _kinds(faults) == [("outside", {"a"})]


def test_a_self_crossing_names_its_place_and_hides_no_other_fault():
    bow = shapely.Polygon([(117.90, 36.48), (117.92, 36.50), (117.92, 36.48), (117.90, 36.50)])
    wide = shapely.box(117.86, 36.48, 117.881, 36.50)
    faults = faults_of({"a": wide, "b": RIGHT, "bow": bow})
    assert _kinds(faults) == [("overlap", {"a", "b"}), ("crossing", {"bow"})]
    assert faults[1].area.equals_exact(shapely.Point(117.91, 36.49), 1e-9)


def test_an_overlap_is_mended_for_one_of_the_two():
    areas = {"a": shapely.box(117.86, 36.48, 117.8801, 36.50), "b": RIGHT}
    (fault,) = faults_of(areas)
    after = {**areas, **mended(areas, fault)}
    assert faults_of(after) == []
    assert shapely.union_all(list(after.values())).equals(shapely.union_all(list(areas.values())))


def test_a_crossing_is_mended_by_hand():
    bow = shapely.Polygon([(117.90, 36.48), (117.92, 36.50), (117.92, 36.48), (117.90, 36.50)])
    (fault,) = faults_of({"bow": bow})
    with pytest.raises(Invalid) as caught:
        mended({"bow": bow}, fault)
    assert caught.value.code == "fault_not_mendable"


def test_slivers_and_scattered_parts_are_told():
    sliver = shapely.box(117.80, 36.48, 117.8001, 36.4801)
    parts = shapely.MultiPolygon([LEFT, shapely.box(117.95, 36.48, 117.96, 36.50)])
    assert {fault.kind for fault in faults_of({"sliver": sliver, "parts": parts})} == {"sliver", "parts"}


@settings(max_examples=60, deadline=None)
@given(
    index=st.integers(0, 695),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_two_parts_of_a_split_are_the_whole(index, ends):
    area = shape(drawing()[index]["geometry"])
    border = area.exterior
    line = shapely.LineString([border.interpolate(end, normalized=True) for end in ends])
    try:
        one, two = split(area, line)
    except Invalid:
        return  # along an edge, or through a bay: told, not done
    assert square_metres(one) >= square_metres(two)
    assert square_metres(shapely.intersection(one, two)) < 1e-3
    assert square_metres(shapely.symmetric_difference(shapely.union_all([one, two]), area)) < 1e-3
    assert one.area + two.area == pytest.approx(area.area, rel=1e-11)
    assert square_metres(shapely.symmetric_difference(merge([one, two]), area)) < 0.05


def test_a_line_that_ends_inside_or_cuts_thrice_is_refused():
    with pytest.raises(Invalid, match="split_parts"):
        split(LEFT, shapely.LineString([(117.85, 36.49), (117.87, 36.49)]))
    zigzag = shapely.LineString([(117.85, 36.485), (117.89, 36.485), (117.89, 36.495), (117.85, 36.495)])
    with pytest.raises(Invalid, match="split_parts"):
        split(LEFT, zigzag)


def test_only_neighbours_merge():
    assert merge([LEFT, RIGHT]).equals(shapely.box(117.86, 36.48, 117.90, 36.50))
    with pytest.raises(Invalid, match="merge_apart"):
        merge([LEFT, shapely.box(117.95, 36.48, 117.96, 36.50)])
    corner = shapely.box(117.88, 36.50, 117.90, 36.52)
    with pytest.raises(Invalid, match="merge_apart"):
        merge([LEFT, corner])


def test_a_crack_between_two_closes_in_a_merge():
    assert merge([LEFT, shapely.box(117.88 + 1e-8, 36.48, 117.90, 36.50)]).geom_type == "Polygon"
