"""Who may see and do what on the ground, and the scope that a person's organisation gives."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import live
from boshan_police.kernel.access import EVERYONE, Role, Rule

SEE_GRIDS = Rule("grid.see", _("see grids"), EVERYONE)
OWN_CONTACTS = Rule("contact.own", _("say how one is reached"), EVERYONE)
ENTER_HAZARD = Rule(
    "hazard.enter", _("enter warnings about places"), frozenset({Role.STATION_COMMANDER, Role.ADMINISTRATOR})
)
OWN_PREFERENCE = Rule("preference.own", _("choose one's own sound and notices"), EVERYONE)
CONFIGURE = Rule("configure", _("change the configuration"), frozenset({Role.ADMINISTRATOR}))
PLAN_TERRITORY = Rule("territory.plan", _("plan the territory"), frozenset({Role.ADMINISTRATOR}))

DISTRICT_ROLES = frozenset({Role.DISPATCHER, Role.WATCH_COMMANDER, Role.ADMINISTRATOR})


ScopeKind = Literal["district", "station", "own"]


@dataclass(frozen=True)
class Scope:
    """What part of the district somebody sees: all of it, one station's, or one organisation's own work."""

    kind: ScopeKind
    organisation: str | None

    @property
    def topics(self) -> frozenset[str]:
        """The live topics of this scope; the server gives no others."""
        if self.kind == "district":
            return frozenset({live.DISTRICT})
        return frozenset({live.organisation_topic(self.organisation or "")})


def scope_of(user: Any) -> Scope:
    """The scope of an account, from its role and organisation."""
    if user.role in DISTRICT_ROLES:
        return Scope("district", None)
    if user.role == Role.GUARD_LEADER:
        return Scope("own", user.organisation_id)
    return Scope("station", user.organisation_id)
