"""The caller's name and phone: masked for everybody until somebody gives a reason."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit
from boshan_police.kernel.errors import Invalid
from dispatch import access
from grid.models import User

from .act import act_on


@dataclass(frozen=True)
class Caller:
    """Who called, unmasked."""

    name: str
    phone: str


def caller_reveal(*, actor: User, number: str, reason: str) -> Caller:
    """Look the caller of incident `number` up. Who, when and why stand in its timeline and in the audit trail."""
    roles.require(actor, access.REVEAL)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", _("Give the reason."), field="reason")
    with act_on(number, actor=actor) as act:
        act.say("caller.revealed", {"reason": reason})
        audit.record(actor=actor, code="caller.revealed", target=number, details={"reason": reason})
    return Caller(act.incident.caller_name, act.incident.caller_phone)
