"""Boundaries as they come in: GeoJSON, WGS-84 degrees. Only a whole, simple area is taken."""

from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape

from boshan_police.kernel.errors import Invalid


def read_boundary(boundary: Any) -> shapely.Geometry:
    """The (Multi)Polygon that a GeoJSON geometry draws; `Invalid` (field `boundary`) says what is wrong with it."""
    area = read_drawing(boundary)
    if not area.is_valid:
        # such as "Self-intersection[117.86 36.5]"
        raise _wrong(
            "boundary_crosses",
            _("The boundary is not simple: %(where)s.") % {"where": shapely.is_valid_reason(area)},
        )
    return area


def read_drawing(boundary: Any) -> shapely.Geometry:
    """Like `read_boundary`, but a line that crosses itself passes: a draft is kept as it was drawn."""
    if not isinstance(boundary, dict) or boundary.get("type") not in {"Polygon", "MultiPolygon"}:
        raise _wrong("boundary_kind", _("The boundary must be a GeoJSON Polygon or MultiPolygon."))
    try:
        area = shape(boundary)
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        shapely.errors.ShapelyError,
    ) as error:
        raise _wrong("boundary_unreadable", _("The boundary has unreadable coordinates.")) from error
    if area.is_empty:
        raise _wrong("boundary_empty", _("The boundary encloses nothing."))
    west, south, east, north = area.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong(
            "boundary_degrees", _("The boundary must be in degrees, longitude before latitude (WGS-84).")
        )
    return area


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(code, message, field="boundary")
