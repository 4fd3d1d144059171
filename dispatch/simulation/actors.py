"""Who acts in the simulation: accounts of its own, one per organisation, which nobody can sign in with."""

from django.utils.translation import gettext as _

from boshan_police.kernel.access import Role
from dispatch.services.robot import robot_account
from grid.models import Organisation, User
from grid.selectors.organisation import organisations

USERNAME = "simulation"


class NoDistrict(Exception):
    """There is nothing to simulate in: the district has not been seeded."""


class Actors:
    """The desk of the command centre and the crews of all organisations."""

    def __init__(self) -> None:
        centre = Organisation.objects.filter(kind=Organisation.Kind.COMMAND_CENTRE).order_by("code").first()
        if centre is None:
            raise NoDistrict
        self.desk: User = self._account(USERNAME, Role.DISPATCHER, centre)
        self._crews: dict[str, User] = {}

    def crew(self, organisation: str) -> User:
        """Who presses the buttons in a unit of `organisation`. Two queries the first time."""
        if organisation not in self._crews:
            found = organisations().by_code[organisation]
            leads_guards = found.kind in {Organisation.Kind.GUARD_SQUADRON, Organisation.Kind.RESCUE_TEAM}
            role = Role.GUARD_LEADER if leads_guards else Role.STATION_OFFICER
            self._crews[organisation] = self._account(f"{USERNAME}.{organisation}", role, found)
        return self._crews[organisation]

    def is_ours(self, username: str) -> bool:
        return username == USERNAME or username.startswith(f"{USERNAME}.")

    def _account(self, username: str, role: Role, organisation: Organisation) -> User:
        name = _("%s (simulated)") % organisation.short_name
        return robot_account(username=username, name=name, role=role, organisation=organisation)
