"""Looking up where a unit has been leaves a trace."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit, clock
from boshan_police.kernel.errors import NotFound
from grid.access import scope_of
from grid.models import User
from patrol import access
from patrol.models import Unit
from patrol.selectors.trail import trail
from patrol.selectors.unit import units_in


@dataclass(frozen=True)
class Trail:
    """The points of a unit on duty, oldest first (`patrol.selectors.trail`); none of one off duty."""

    unit: Unit
    points: list[dict[str, Any]]


def trail_read(*, actor: User, unit: int, minutes: int) -> Trail:
    """Where unit `unit` has been in the last `minutes` of this duty. NotFound outside of the actor's scope. Audited."""
    roles.require(actor, access.SEE_TRAIL)
    row = units_in(scope_of(actor)).filter(pk=unit).first()
    if row is None:
        raise NotFound("unit_not_found", _("There is no such unit."), details={"unit": unit})
    since = clock.now() - timedelta(minutes=minutes)
    on_duty = row.status != Unit.Status.OFF_DUTY
    with transaction.atomic():
        points = trail(row, since=max(since, row.duty_since or since)) if on_duty else []
        audit.record(
            actor=actor, code="unit.trail_seen", target=f"unit {row.call_sign}", details={"minutes": minutes}
        )
    return Trail(row, points)
