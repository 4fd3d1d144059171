"""Where an address is: the gazetteer, the areas of the territory, and places of earlier incidents, as one answer."""

from datetime import timedelta
from typing import Any

from boshan_police.kernel import clock
from dispatch import access
from dispatch.models import Incident
from grid.access import scope_of
from grid.pinyin import has_han, plain
from grid.selectors.area_name import AreaName, area_names
from grid.selectors.organisation import organisations
from grid.selectors.place_name import place_names_like
from grid.selectors.territory import territory

MOST = 8
_SHORTEST = 2
_BACK = timedelta(days=365)
_EARLIER_READ = 60


def places_like(actor: Any, typed: str) -> list[dict[str, Any]]:
    """The places that `typed` may mean, at most eight. One to four queries, the usual one two.

    `[{source: gazetteer | area | incident, name, address, kind, kind_label, lat, lon, inside, grid, station, station_label,
    community}]`. An area called exactly so comes first, then the gazetteer (nearest to one's own ground among equals),
    other areas, addresses of a year's incidents in the actor's scope.
    """
    text = plain(typed)
    if len(text) < _SHORTEST:
        return []
    exact, others = _areas(text)
    found = [_area(area) for area in exact[:1]]
    found += [
        _row(
            "gazetteer", name.name, name.lat, name.lon, name.kind, str(name.get_kind_display()), name.address
        )
        for name in place_names_like(typed, near=_own_ground(actor), most=MOST)
    ]
    found += [_area(area) for area in (*exact[1:], *others)]
    if len(found) < MOST and has_han(text):
        known = {(one["name"], one["address"]) for one in found}
        found += [one for one in _earlier(actor, typed.strip()) if (one["name"], "") not in known]
    return found[:MOST]


def _areas(text: str) -> tuple[list[AreaName], list[AreaName]]:
    exact, others = [], []
    for area in area_names():
        name = area.name.lower()
        if text in {name, area.initials}:
            exact.append(area)
        elif name.startswith(text) or area.initials.startswith(text):
            others.append(area)
    return exact, others[:MOST]


def _own_ground(actor: Any) -> tuple[float, float] | None:
    """A point in the middle of the station that the actor works for; None for the district."""
    own = scope_of(actor).organisation
    return next(
        ((area.lat, area.lon) for area in area_names() if area.kind == "station" and area.station == own),
        None,
    )


def _earlier(actor: Any, typed: str) -> list[dict[str, Any]]:
    """Addresses of incidents that begin with `typed`, the newest first, each with its newest point. One query."""
    rows = (
        access.visible_incidents(actor, Incident.objects.all())
        .filter(address__startswith=typed, lat__isnull=False, reported_at__gte=clock.now() - _BACK)
        .order_by("-reported_at")
        .values_list("address", "lat", "lon")[:_EARLIER_READ]
    )
    newest: dict[str, tuple[float, float]] = {}
    for address, lat, lon in rows:
        if lat is not None and lon is not None:
            newest.setdefault(address, (lat, lon))
    return [_row("incident", address, *point) for address, point in list(newest.items())[:MOST]]


def _area(area: AreaName) -> dict[str, Any]:
    return _row("area", area.name, area.lat, area.lon, area.kind)


def _row(
    source: str, name: str, lat: float, lon: float, kind: str = "", kind_label: str = "", address: str = ""
) -> dict[str, Any]:
    place = territory().locate(lat, lon)
    return {
        "source": source,
        "name": name,
        "address": address,
        "kind": kind,
        "kind_label": kind_label,
        "lat": lat,
        "lon": lon,
        "inside": place.inside,
        "grid": place.grid_code,
        "station": place.station,
        "station_label": organisations().label(place.station),
        "community": place.community,
    }
