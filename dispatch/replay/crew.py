"""Who acts for a log: accounts of its own, and the real unit that is nearest."""

from django.db.models.expressions import RawSQL

from boshan_police.kernel.access import Role
from dispatch.services.robot import robot_account
from grid.models import Organisation, User
from grid.selectors.organisation import organisations
from patrol.models import Unit
from patrol.models.unit import EARTH_RADIUS_M

from .mapping import UnreadableLog

POLICE = (Unit.Kind.CAR, Unit.Kind.FOOT, Unit.Kind.TRAFFIC)
_DISTANCE = (
    f"point <-> cube(ARRAY[{EARTH_RADIUS_M} * cos(radians(%s)) * cos(radians(%s)), "
    f"{EARTH_RADIUS_M} * cos(radians(%s)) * sin(radians(%s)), {EARTH_RADIUS_M} * sin(radians(%s))])"
)


class Crew:
    """The accounts and units of one replay."""

    def __init__(self) -> None:
        """UnreadableLog where the district has no organisations yet."""
        self._officers: dict[str, User] = {}
        stations = organisations().stations
        centre = Organisation.objects.filter(kind=Organisation.Kind.COMMAND_CENTRE).order_by("code").first()
        if not stations or centre is None:
            raise UnreadableLog("The district has no stations yet: run “manage.py seed” first.")
        self.dispatcher = robot_account(
            username="replay", name="日志回放", role=Role.DISPATCHER, organisation=centre
        )
        self._stations = {station.code: station for station in stations}

    def officer(self, station: str) -> User:
        """The officer who files and claims what a log's officers of `station` started themselves."""
        if station not in self._officers:
            organisation = self._stations[station]
            self._officers[station] = robot_account(
                username=f"replay.{station}",
                name=f"日志回放（{organisation.short_name}）",
                role=Role.STATION_OFFICER,
                organisation=organisation,
            )
        return self._officers[station]

    def station_near(self, lat: float | None, lon: float | None, station: str | None) -> str:
        """The station whose officer starts something: the place's own, else that of the nearest free unit."""
        if station in self._stations:
            return station
        unit = self.nearest_unit(lat, lon, of_stations=list(self._stations))
        return unit.organisation_id if unit else next(iter(self._stations))

    def nearest_unit(
        self, lat: float | None, lon: float | None, *, of_stations: list[str] | None = None
    ) -> Unit | None:
        """The free police unit nearest to a place, else the one that has been idle longest. One query."""
        units = Unit.objects.filter(status=Unit.Status.FREE, kind__in=POLICE)
        if of_stations is not None:
            units = units.filter(organisation__in=of_stations)
        if lat is None or lon is None:
            return units.order_by("updated_at", "id").first()
        distance = RawSQL(_DISTANCE, (lat, lon, lat, lon, lat))  # noqa: S611 - constants and parameters
        return units.filter(lat__isnull=False).order_by(distance, "id").first() or units.first()
