"""Organisations, grids, people, accounts."""

from typing import Any

import factory

from boshan_police.kernel.access import Role
from grid.models import Grid, Organisation, Person, User


def square(south: float, west: float, side: float = 0.04) -> dict[str, Any]:
    """A GeoJSON square of `side` degrees with its south-west corner there."""
    north, east = round(south + side, 6), round(west + side, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class OrganisationFactory(factory.django.DjangoModelFactory):
    """A station unless told otherwise; Chinese and English names may be the same."""

    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"37030499{n:04d}")
    kind = Organisation.Kind.STATION
    name = factory.Sequence(lambda n: f"试验{n}")
    name_en = factory.SelfAttribute("name")
    short_name = factory.SelfAttribute("name")
    short_name_en = factory.SelfAttribute("name_en")


class GridFactory(factory.django.DjangoModelFactory):
    """A square of 0.04 degrees, the label in its middle: `GridFactory(station=…, south=36.48, west=117.86)`."""

    class Meta:
        model = Grid

    class Params:
        south = 36.48
        west = 117.86

    code = factory.Sequence(lambda n: f"试验-{n:03d}")
    station = factory.SubFactory(OrganisationFactory)
    community_code = "370304001001"
    community = factory.LazyAttribute(lambda grid: f"{grid.code}社区")
    boundary = factory.LazyAttribute(lambda grid: square(grid.south, grid.west))
    lat = factory.LazyAttribute(lambda grid: round(grid.south + 0.02, 6))
    lon = factory.LazyAttribute(lambda grid: round(grid.west + 0.02, 6))


class PersonFactory(factory.django.DjangoModelFactory):
    """A community officer."""

    class Meta:
        model = Person

    number = factory.Sequence(lambda n: f"T{n:04d}")
    name = factory.Sequence(lambda n: f"试验员{n}")
    kind = Person.Kind.COMMUNITY_OFFICER
    organisation = factory.SubFactory(OrganisationFactory)


class AccountFactory(factory.django.DjangoModelFactory):
    """A station officer who can't sign in by password: a real one costs argon2 time (`tests.world.sign_in_ready`)."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"account{n}")
    name = factory.SelfAttribute("username")
    role = Role.STATION_OFFICER
    organisation = factory.SubFactory(OrganisationFactory)
    password = "!"
