"""Who may see and do what with units."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boshan_police.kernel.access import CENTRE, EVERYONE, STATION, Role, Rule
from boshan_police.kernel.errors import Refused
from grid.access import scope_of

SEE_UNITS = Rule("unit.see", gettext_lazy("see units"), EVERYONE)
SEE_REACH = Rule("reach.see", gettext_lazy("see how soon each grid can be reached"), CENTRE | STATION)
SET_DUTY = Rule(
    "unit.duty",
    gettext_lazy("begin and end a unit's duty"),
    CENTRE | {Role.STATION_COMMANDER, Role.GUARD_LEADER},
)
REPORT_POSITIONS = Rule(
    "position.report",
    gettext_lazy("report the positions of devices"),
    CENTRE | STATION | {Role.GUARD_LEADER, Role.ADMINISTRATOR},
)
REPORT_BY_DEVICE = Rule("position.device", gettext_lazy("a device reports with a token of its own"), None)
SEE_TRAIL = Rule(
    "unit.trail",
    gettext_lazy("see where a unit has been"),
    CENTRE | {Role.STATION_COMMANDER, Role.GUARD_LEADER},
)


def is_own_unit(actor: Any, unit: Any) -> bool:
    """Whether `unit` is in the actor's hands: any for the district, the organisation's own for all others."""
    return scope_of(actor).kind == "district" or unit.organisation_id == actor.organisation_id


def require_unit(actor: Any, unit: Any) -> None:
    """Raise `Refused` for other people's units, naming whose it is."""
    if not is_own_unit(actor, unit):
        raise Refused(
            "other_unit",
            _("%(unit)s belongs to %(organisation)s.")
            % {"unit": unit.call_sign, "organisation": unit.organisation.label},
            details={"unit": unit.pk},
        )
