"""Names that know where they are: stations, communities and grids, for typing an address by pinyin initials."""

from collections import defaultdict
from dataclasses import dataclass

import shapely

from boshan_police.kernel.reference import Reference
from grid.models import Grid, Organisation
from grid.pinyin import initials_of


@dataclass(frozen=True, slots=True)
class AreaName:
    """`initials` are those of the pinyin, as typed; the point (WGS-84 degrees) lies inside the area that is named."""

    name: str
    initials: str
    lat: float
    lon: float
    station: str
    kind: str  # station, community or grid


def _load() -> list[AreaName]:
    """Two queries. Stations first, then communities, then grids, as they are offered."""
    grids = list(Grid.objects.in_force().only("code", "station", "community", "lat", "lon").order_by("code"))
    of_station: dict[str, list[Grid]] = defaultdict(list)
    of_community: dict[tuple[str, str], list[Grid]] = defaultdict(list)
    for grid in grids:
        of_station[grid.station_id].append(grid)
        of_community[grid.station_id, grid.community].append(grid)
    short_names = dict(Organisation.objects.filter(code__in=of_station).values_list("code", "short_name"))
    return [
        *(
            _named(short_names[station], "station", members)
            for station, members in sorted(of_station.items())
        ),
        *(_named(name, "community", members) for (_, name), members in sorted(of_community.items()) if name),
        *(_named(grid.code, "grid", [grid]) for grid in grids),
    ]


def _named(name: str, kind: str, members: list[Grid]) -> AreaName:
    """The point is that of the member grid nearest to the middle, so that it lies on the ground that is meant."""
    middle = shapely.MultiPoint([(grid.lon, grid.lat) for grid in members]).centroid
    grid = min(members, key=lambda one: middle.distance(shapely.Point(one.lon, one.lat)))
    return AreaName(
        name, initials_of(name), round(grid.lat, 5), round(grid.lon, 5), members[0].station_id, kind
    )


_reference = Reference(("grid", "organisation"), _load)


def area_names() -> list[AreaName]:
    """All names as they are now; at most one extra query a second."""
    return _reference.get()
