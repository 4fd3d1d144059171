"""What counts as the same place: close by, or the same address."""

from math import cos, hypot, radians

SAME_PLACE_METRES = 80.0
"""A house with its yard and the pavement before it; a pin is rarely put better than that."""
_METRES_PER_DEGREE = 111_195.0  # of the meridian, on the sphere
Range = tuple[float, float]


def metres_apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Between two points in degrees, flat: within a kilometre the error is below a millimetre in a metre."""
    east = (other_lon - lon) * cos(radians(lat))
    return hypot(other_lat - lat, east) * _METRES_PER_DEGREE


def ranges_around(lat: float, lon: float, metres: float = SAME_PLACE_METRES) -> tuple[Range, Range]:
    """(latitudes, longitudes) of the box around a circle of `metres`."""
    high = metres / _METRES_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    return (lat - high, lat + high), (lon - wide, lon + wide)
