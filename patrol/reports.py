"""What devices send, read into reports: thousands of points a request, so by hand and without serializers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from patrol.services.position import Report

LONGEST_IDENTIFIER = 64
_KMH_PER_KNOT, _KMH_PER_METRE_A_SECOND = 1.852, 3.6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = 2**31 - 1  # a larger number of an epoch is in milliseconds


class Unreadable(ValueError):
    """A point that can't be read; the argument names the field."""


def read_point(given: Any) -> Report:
    """One point of `POST /api/positions/`. Raises Unreadable."""
    if not isinstance(given, dict):
        raise Unreadable("")
    return Report(
        identifier(given.get("device")),
        _instant(given.get("at")),
        _degrees(given, "lat", 90.0),
        _degrees(given, "lon", 180.0),
        _measure(given, "speed"),
        _heading(given, "heading"),
        _measure(given, "accuracy"),
    )


def read_osmand(given: Mapping[str, str]) -> Report:
    """The parameters of the OsmAnd protocol: `timestamp` in seconds, milliseconds or ISO 8601, `speed` in knots."""
    numbers = {key: _number(given[key], key) for key in ("lat", "lon", "speed", "accuracy") if given.get(key)}
    for key in ("bearing", "heading"):
        if given.get(key):
            numbers["heading"] = _number(given[key], key)
    stamp = given.get("timestamp", "")
    speed = _measure(numbers, "speed")
    return Report(
        identifier(given.get("id") or given.get("deviceid")),
        _epoch(_number(stamp, "timestamp")) if _is_number(stamp) else _instant(stamp, "timestamp", UTC),
        _degrees(numbers, "lat", 90.0),
        _degrees(numbers, "lon", 180.0),
        speed and speed * _KMH_PER_KNOT,
        _heading(numbers, "heading"),
        _measure(numbers, "accuracy"),
    )


def read_client_body(body: Any) -> list[Report]:
    """The JSON of the newer Traccar Client: `device_id`, and one or many `location`s with speed in metres a second."""
    if not isinstance(body, dict):
        raise Unreadable("")
    name = identifier(body.get("device_id"))
    places = body.get("location")
    return [_location(name, place) for place in (places if isinstance(places, list) else [places])]


def identifier(given: Any) -> str:
    """A device's name for itself."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_IDENTIFIER or not given.isprintable():
        raise Unreadable("device")
    return given


def _location(name: str, place: Any) -> Report:
    coordinates = place.get("coords") if isinstance(place, dict) else None
    if not isinstance(coordinates, dict):
        raise Unreadable("location")
    speed = _measure(coordinates, "speed")
    return Report(
        name,
        _instant(place.get("timestamp"), "timestamp"),
        _degrees(coordinates, "latitude", 90.0),
        _degrees(coordinates, "longitude", 180.0),
        speed and speed * _KMH_PER_METRE_A_SECOND,
        _heading(coordinates, "heading"),
        _measure(coordinates, "accuracy"),
    )


def _instant(given: Any, field: str = "at", zone: Any = None) -> datetime:
    """ISO 8601 with its zone, in UTC; without one it is in `zone` if that is given."""
    if not isinstance(given, str):
        raise Unreadable(field)
    try:
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            if zone is None:
                raise Unreadable(field)
            at = at.replace(tzinfo=zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(field) from error


def _epoch(seconds: float) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=seconds / 1000 if seconds > _LAST_SECOND else seconds)
    except (ValueError, OverflowError) as error:
        raise Unreadable("timestamp") from error


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Unreadable(field) from error


def _degrees(given: Mapping[str, Any], field: str, limit: float) -> float:
    value = given.get(field)
    # also refuses NaN; true and false are no numbers
    if not isinstance(value, int | float) or isinstance(value, bool) or not -limit <= value <= limit:
        raise Unreadable(field)
    return float(value)


def _measure(given: Mapping[str, Any], field: str) -> float | None:
    """A number from 0 to 100,000; a negative one is how phones say that they don't know."""
    value = given.get(field)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not value <= 100_000:
        raise Unreadable(field)
    return float(value) if value >= 0 else None


def _heading(given: Mapping[str, Any], field: str) -> float | None:
    value = _measure(given, field)
    return None if value is None else value % 360
