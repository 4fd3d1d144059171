"""Known points of other implementations, and the way back."""

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid import coordinates

# WGS-84 → GCJ-02: the test points that the eviltransform implementations share (Shanghai, Shenzhen, Beijing), and
# the one of coordtransform.
GCJ02 = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
]
in_boshan = st.tuples(st.floats(36.2, 36.7), st.floats(117.6, 118.3))
in_china = st.tuples(st.floats(18, 53), st.floats(74, 134))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Near enough on a flat earth."""
    return hypot(one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))) * 111_320


@pytest.mark.parametrize(("true", "shifted"), GCJ02)
def test_gcj02_of_known_points(true, shifted):
    assert coordinates.wgs84_to_gcj02(*true) == pytest.approx(shifted, abs=1e-6)
    assert metres(coordinates.gcj02_to_wgs84(*shifted), true) < 0.15  # the points are given to that


def test_bd09_of_a_known_point():
    # coordtransform: 天安门 (39.915, 116.404) as GCJ-02
    assert coordinates.gcj02_to_bd09(39.915, 116.404) == pytest.approx(
        (39.92133699351021, 116.41036949371029), abs=1e-9
    )


@given(in_china)
def test_the_way_back_is_exact(point):
    assert metres(coordinates.gcj02_to_wgs84(*coordinates.wgs84_to_gcj02(*point)), point) < 0.01
    assert metres(coordinates.bd09_to_gcj02(*coordinates.gcj02_to_bd09(*point)), point) < 0.01
    assert metres(coordinates.bd09_to_wgs84(*coordinates.wgs84_to_bd09(*point)), point) < 0.01


@given(in_boshan)
def test_the_shift_in_boshan_is_some_hundred_metres(point):
    assert 300 < metres(coordinates.wgs84_to_gcj02(*point), point) < 800
    assert 500 < metres(coordinates.wgs84_to_bd09(*point), point) < 2000


@pytest.mark.parametrize("point", [(48.85, 2.35), (37.77, -122.42), (0.0, 0.0), (-33.9, 151.2)])
def test_outside_china_nothing_moves(point):
    assert coordinates.wgs84_to_gcj02(*point) == point
    assert coordinates.gcj02_to_wgs84(*point) == point


def test_by_the_name_of_the_system():
    shifted = coordinates.wgs84_to_gcj02(36.50, 117.86)
    assert metres(coordinates.to_wgs84(*shifted, "gcj02"), (36.50, 117.86)) < 0.01
    assert coordinates.to_wgs84(36.50, 117.86, "wgs84") == (36.50, 117.86)
    with pytest.raises(ValueError, match="utm"):
        coordinates.to_wgs84(36.50, 117.86, "utm")
