"""What is going on now, as the desk and the crews of the simulation see it: three queries."""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.lifecycle import ACTIVE_STEPS, OPEN
from dispatch.models import Assignment, Incident
from patrol.models import Unit

from .actors import Actors
from .ground import Spot


@dataclass(slots=True)
class UnitNow:
    """A unit on duty. `spot` is where it was last."""

    key: int
    kind: str
    organisation: str
    station: str | None
    status: str
    spot: Spot | None
    position_at: datetime | None


@dataclass(slots=True)
class IncidentNow:
    """An open incident. `ours` if the simulation filed it; `since` is when what it waits for began."""

    key: int
    number: str
    category: str
    priority: int
    status: str
    station: str | None
    spot: Spot | None
    ours: bool
    generation: int
    since: datetime
    limit_at: datetime | None


@dataclass(slots=True)
class OrderNow:
    """An active assignment of a unit. `by_us` if the simulation sent it, `by_program` if another program did."""

    key: int
    incident: IncidentNow
    unit: UnitNow
    step: str
    since: datetime
    by_us: bool
    by_program: bool


@dataclass(slots=True)
class Picture:
    """One moment."""

    units: dict[int, UnitNow] = field(default_factory=dict)
    incidents: dict[int, IncidentNow] = field(default_factory=dict)
    orders: list[OrderNow] = field(default_factory=list)
    worked_on: set[int] = field(default_factory=set)
    """Keys of incidents with an active assignment, of a unit or of an officer in person."""

    def free_units(self) -> list[UnitNow]:
        return [unit for unit in self.units.values() if unit.status == Unit.Status.FREE and unit.spot]


def look(actors: Actors) -> Picture:
    """The present picture, narrowed to what has a place in it. Three queries."""
    picture = Picture()
    for key, kind, organisation, station, status, lat, lon, position_at in Unit.objects.exclude(
        status=Unit.Status.OFF_DUTY
    ).values_list("id", "kind", "organisation_id", "station_id", "status", "lat", "lon", "position_at"):
        picture.units[key] = UnitNow(key, kind, organisation, station, status, _spot(lat, lon), position_at)
    for row in Incident.objects.filter(status__in=sorted(OPEN)).values(
        "id", "number", "category_id", "priority", "status", "station_id", "lat", "lon", "created_by_id",
        "generation", "stage_since", "updated_at", "limit_at",
    ):  # fmt: skip
        picture.incidents[row["id"]] = IncidentNow(
            key=row["id"],
            number=row["number"],
            category=row["category_id"],
            priority=row["priority"],
            status=row["status"],
            station=row["station_id"],
            spot=_spot(row["lat"], row["lon"]),
            ours=row["created_by_id"] == actors.desk.pk,
            generation=row["generation"],
            since=row["stage_since"] or row["updated_at"],
            limit_at=row["limit_at"],
        )
    for order in Assignment.objects.filter(step__in=sorted(ACTIVE_STEPS)).values(
        "id", "incident_id", "unit_id", "step", "dispatched_at", "accepted_at", "departed_at", "arrived_at",
        "created_by__username", "created_by__is_active",
    ):  # fmt: skip
        incident, unit = picture.incidents.get(order["incident_id"]), picture.units.get(order["unit_id"])
        picture.worked_on.add(order["incident_id"])
        if incident is None or unit is None:
            continue
        by_us = actors.is_ours(order["created_by__username"] or "")
        picture.orders.append(
            OrderNow(
                key=order["id"],
                incident=incident,
                unit=unit,
                step=order["step"],
                since=order["arrived_at"]
                or order["departed_at"]
                or order["accepted_at"]
                or order["dispatched_at"],
                by_us=by_us,
                by_program=not by_us and not order["created_by__is_active"],
            )
        )
    return picture


def _spot(lat: float | None, lon: float | None) -> Spot | None:
    return None if lat is None or lon is None else Spot(lat, lon)
