"""Coordinates of other systems, converted once, at the edge; inside everything is WGS-84 degrees.

GCJ-02 (高德, 腾讯, Google in China) shifts WGS-84 by 100 to 700 m within mainland China; BD-09 (百度) shifts GCJ-02
once more. The formulas were never published officially. These are the constants of the `eviltransform` family
(github.com/googollee/eviltransform, wandergis/coordtransform), which agree with the map services within a few
metres. All functions take and return (lat, lon) in degrees.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

_AXIS = 6_378_245.0  # m, semi-major axis of the Krasovsky 1940 ellipsoid
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURN = pi * 3000.0 / 180.0
_CLOSE_ENOUGH = 1e-9  # degrees: a tenth of a millimetre
_MOST_ROUNDS = 20

Point = tuple[float, float]


class System(StrEnum):
    """The coordinate system a point came in, as it is recorded with the point."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lat: float, lon: float, system: str) -> Point:
    """A point of `system` (one of `System`) in WGS-84; ValueError for another system."""
    return _FROM[System(system)](lat, lon)


@dataclass(frozen=True)
class Given:
    """A point as somebody gave it: WGS-84 from here on, with the system it came in and the numbers as they were."""

    lat: float
    lon: float
    system: System
    text: str


def given_point(lat: float, lon: float, system: str) -> Given:
    """Convert once, at the edge, to 7 decimals (a centimetre); what was given in WGS-84 stays as it is."""
    if System(system) == System.WGS84:
        return Given(lat, lon, System.WGS84, "")
    true_lat, true_lon = to_wgs84(lat, lon, system)
    return Given(round(true_lat, 7), round(true_lon, 7), System(system), f"{lat}, {lon}")


def in_china(lat: float, lon: float) -> bool:
    """Whether the shift applies: the rectangle that the services use, not the border."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def wgs84_to_gcj02(lat: float, lon: float) -> Point:
    """Shift a true point as the maps of mainland China do; outside of it nothing moves."""
    if not in_china(lat, lon):
        return lat, lon
    north, east = _offset(lon - 105.0, lat - 35.0)
    factor = 1 - _ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    metres_per_lat = _AXIS * (1 - _ECCENTRICITY_SQUARED) / (factor * sqrt(factor)) * pi / 180
    metres_per_lon = _AXIS / sqrt(factor) * cos(radians(lat)) * pi / 180
    return lat + north / metres_per_lat, lon + east / metres_per_lon


def gcj02_to_wgs84(lat: float, lon: float) -> Point:
    """The true point of a shifted one, by fixed-point iteration: within a millimetre of the exact inverse."""
    if not in_china(lat, lon):
        return lat, lon
    true_lat, true_lon = lat, lon
    for _ in range(_MOST_ROUNDS):
        shifted_lat, shifted_lon = wgs84_to_gcj02(true_lat, true_lon)
        miss_lat, miss_lon = lat - shifted_lat, lon - shifted_lon
        true_lat, true_lon = true_lat + miss_lat, true_lon + miss_lon
        if abs(miss_lat) < _CLOSE_ENOUGH and abs(miss_lon) < _CLOSE_ENOUGH:
            break
    return true_lat, true_lon


def gcj02_to_bd09(lat: float, lon: float) -> Point:
    """The second shift, of Baidu."""
    length = hypot(lon, lat) + 0.00002 * sin(lat * _BD_TURN)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD_TURN)
    return length * sin(angle) + 0.006, length * cos(angle) + 0.0065


def bd09_to_gcj02(lat: float, lon: float) -> Point:
    """Undo Baidu's shift, by the same iteration."""
    inner_lat, inner_lon = lat - 0.006, lon - 0.0065
    for _ in range(_MOST_ROUNDS):
        shifted_lat, shifted_lon = gcj02_to_bd09(inner_lat, inner_lon)
        miss_lat, miss_lon = lat - shifted_lat, lon - shifted_lon
        inner_lat, inner_lon = inner_lat + miss_lat, inner_lon + miss_lon
        if abs(miss_lat) < _CLOSE_ENOUGH and abs(miss_lon) < _CLOSE_ENOUGH:
            break
    return inner_lat, inner_lon


def wgs84_to_bd09(lat: float, lon: float) -> Point:
    """Both shifts."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lat, lon))


def bd09_to_wgs84(lat: float, lon: float) -> Point:
    """Undo both shifts."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))


def _offset(x: float, y: float) -> Point:
    """(north, east) shift in metres; `x`, `y` are degrees of longitude from 105 and latitude from 35."""
    root = sqrt(abs(x))
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east


_FROM = {System.WGS84: lambda lat, lon: (lat, lon), System.GCJ02: gcj02_to_wgs84, System.BD09: bd09_to_wgs84}
