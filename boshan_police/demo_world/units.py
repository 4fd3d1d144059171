"""The forces of the demo district: 60 police units, 60 guard squadrons, 3 rescue teams."""

import random
from datetime import datetime, timedelta
from typing import Any

from patrol.models import Unit
from patrol.watches import watch_end

from .organisations import INVESTIGATION, PATROL_SPECIAL, RESCUE_TEAMS, TRAFFIC, squadrons, station_rows
from .territory import Places

Kind, Status = Unit.Kind, Unit.Status
_BRANCH_UNITS = (
    # organisation, call sign, how many, kind, members, capabilities
    (TRAFFIC, "交管", 9, Kind.TRAFFIC, 2, ["traffic", "first_aid"]),
    (PATROL_SPECIAL, "特巡", 8, Kind.CAR, 4, ["armed", "crowd", "first_aid"]),
    (INVESTIGATION, "刑侦", 4, Kind.CAR, 3, ["investigation"]),
)
_OFF_DUTY_SQUADRONS = 0.15


def units(seed: int, at: datetime) -> list[Unit]:
    """All of them, unsaved, somewhere on their ground, positions up to 40 s before `at`.

    Off duty: the last foot patrol of the large stations, every fourth branch unit, about a seventh of the guards.
    """
    chance = random.Random(f"{seed} units")  # noqa: S311 - scenery, not secrets
    places = Places(f"{seed} places")
    found = _of_stations(places) + _of_branches(places) + _of_guards(places, chance) + _of_rescue()
    for unit in found:
        unit.position_at = at - timedelta(seconds=chance.randint(1, 40))
        unit.duty_until = None if unit.status == Status.OFF_DUTY else watch_end(at)
        unit.updated_at = at
    return found


def _unit(place: tuple[float, float], *, off_duty: bool = False, **values: Any) -> Unit:
    status = Status.OFF_DUTY if off_duty else Status.FREE
    return Unit(lat=place[0], lon=place[1], status=status, **values)


def _of_stations(places: Places) -> list[Unit]:
    found = []
    for row in station_rows():
        cars, foot = int(row["cars"]), int(row["foot"])
        for serial in range(1, cars + foot + 1):
            on_foot = serial > cars
            found.append(
                _unit(
                    call_sign=f"{row['name']}{serial:02d}",
                    kind=Kind.FOOT if on_foot else Kind.CAR,
                    organisation_id=row["code"],
                    station_id=row["code"],
                    capabilities=["mediation"] if on_foot else ["first_aid", "mediation"],
                    members=2,
                    off_duty=serial == 5,
                    place=places.in_station(row["code"]),
                )
            )
    return found


def _of_branches(places: Places) -> list[Unit]:
    """Each branch spread over the stations from the town outwards; `station` says on whose ground they usually are."""
    ground = [row["code"] for row in station_rows()]
    found: list[Unit] = []
    for organisation, name, count, kind, members, capabilities in _BRANCH_UNITS:
        for serial in range(1, count + 1):
            station = ground[(serial - 1) % len(ground)]
            found.append(
                _unit(
                    call_sign=f"{name}{serial:02d}",
                    kind=kind,
                    organisation_id=organisation,
                    station_id=station,
                    capabilities=capabilities,
                    members=members,
                    off_duty=serial % 4 == 0,
                    place=places.in_station(station),
                )
            )
    return found


def _of_guards(places: Places, chance: random.Random) -> list[Unit]:
    found = []
    for squadron in squadrons():
        station, name = str(squadron.parent_id), squadron.short_name
        found.append(
            _unit(
                call_sign=name,
                kind=Kind.GUARD,
                organisation_id=squadron.code,
                station_id=station,
                capabilities=["crowd"],
                members=chance.randint(4, 8),
                off_duty=chance.random() < _OFF_DUTY_SQUADRONS,
                place=places.near_community(station, name.removesuffix("中队")),
            )
        )
    return found


def _of_rescue() -> list[Unit]:
    return [
        _unit(
            call_sign=f"{name}救援",
            kind=Kind.RESCUE,
            organisation_id=code,
            capabilities=["search", "rescue", "first_aid"],
            members=8 + 2 * index,
            place=(lat, lon),
        )
        for index, (code, _, _, name, _, lat, lon) in enumerate(RESCUE_TEAMS)
    ]
