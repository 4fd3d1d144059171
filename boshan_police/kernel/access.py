"""Who may do what: each rule is declared once with its code, its text and its roles.

A view or an API action names its rule (`kernel.guard`), a service asks `require(actor, rule)`.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Refused


class Role(models.TextChoices):
    """The kinds of account (MISSION.md, *Who uses it*)."""

    DISPATCHER = "dispatcher", _("Dispatcher")
    WATCH_COMMANDER = "watch_commander", _("Watch commander")
    STATION_COMMANDER = "station_commander", _("Station duty commander")
    STATION_OFFICER = "station_officer", _("Station officer")
    GUARD_LEADER = "guard_leader", _("Guard squadron leader")
    GRID_OFFICER = "grid_officer", _("Grid officer")
    ADMINISTRATOR = "administrator", _("Administrator")


CENTRE = frozenset({Role.DISPATCHER, Role.WATCH_COMMANDER})
STATION = frozenset({Role.STATION_COMMANDER, Role.STATION_OFFICER})
EVERYONE = frozenset(Role)


@dataclass(frozen=True)
class Rule:
    """One thing that some roles may do. `roles=None` is public and needs `text` to say why."""

    code: str
    text: str | Promise
    roles: frozenset[Role] | None

    def allows(self, actor: Any) -> bool:
        if self.roles is None:
            return True
        return bool(
            getattr(actor, "is_authenticated", False) and actor.is_active and actor.role in self.roles
        )


PUBLIC = Rule("public", _("Open to everybody"), None)
SIGNED_IN = Rule("signed_in", _("Anybody with an account"), EVERYONE)


def require(actor: Any, rule: Rule) -> None:
    """Raise `Refused` (403) naming who can, unless `actor` may."""
    if not rule.allows(actor):
        who = "、".join(str(role.label) for role in Role if rule.roles and role in rule.roles)
        raise Refused(
            "not_allowed",
            _("Not allowed: %(what)s. Who can: %(who)s.") % {"what": rule.text, "who": who},
            details={"rule": rule.code},
        )
