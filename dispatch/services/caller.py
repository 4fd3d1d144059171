"""Callers: a further one of an incident that runs, and the names and phones, masked until somebody gives a reason."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit, clock
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch import access
from dispatch.lifecycle import OPEN
from dispatch.models import FurtherCaller, Incident
from grid.models import User

from .act import act_on, reason_needed


@dataclass(frozen=True)
class Caller:
    """Who called, unmasked."""

    name: str
    phone: str
    others: "list[Caller]" = field(default_factory=list)  # who called about the same matter later


def caller_reveal(*, actor: User, number: str, reason: str) -> Caller:
    """Look the caller of incident `number` up. Who, when and why stand in its timeline and in the audit trail."""
    roles.require(actor, access.REVEAL)
    reason = reason_needed(reason)
    with act_on(number, actor=actor) as act:
        act.say("caller.revealed", {"reason": reason})
        audit.record(actor=actor, code="caller.revealed", target=number, details={"reason": reason})
    others = [Caller(row.name, row.phone) for row in act.incident.further_callers.all()]
    return Caller(act.incident.caller_name, act.incident.caller_phone, others)


def caller_join(
    *,
    actor: User,
    number: str,
    said: str,
    caller_name: str = "",
    caller_phone: str = "",
    idempotency_key: str | None = None,
) -> Incident:
    """Join a caller to an incident that runs already: nobody else is sent, what was said stands in the timeline.

    The same `idempotency_key` of the same actor joins once. Conflict `wrong_state` for one that has ended,
    `idempotency_key_reused` for the same key with other words or for another incident.
    """
    roles.require(actor, access.FILE_INCIDENT)
    if not said.strip() and not caller_name.strip() and not caller_phone.strip():
        raise Invalid("nothing_said", _("Write what this caller said, or who called."), field="said")
    with act_on(number, actor=actor) as act:
        if act.incident.status not in OPEN:
            raise Conflict(
                "wrong_state",
                _("Incident %(number)s has ended; file a new one.") % {"number": act.incident.short_number},
                details={"status": act.incident.status, "number": number},
            )
        name, phone, said = caller_name.strip(), caller_phone.strip(), said.strip()
        if idempotency_key and _joined_before(act.incident, actor, idempotency_key, name, phone, said):
            return act.incident
        FurtherCaller.objects.create(
            incident=act.incident,
            name=name,
            phone=phone,
            at=clock.now(),
            created_by=actor,
            idempotency_key=idempotency_key,
        )
        act.say("caller.joined", {"said": said})
    return act.incident


def _joined_before(incident: Incident, actor: User, key: str, name: str, phone: str, said: str) -> bool:
    """Whether this very call has been joined: an answer was lost and it is sent again. Nothing of another one is dropped."""
    earlier = FurtherCaller.objects.filter(created_by=actor, idempotency_key=key).first()
    if earlier is None:
        return False
    same = (earlier.incident_id, earlier.name, earlier.phone) == (incident.pk, name, phone)
    if same and incident.timeline.filter(code="caller.joined", actor=actor, data__said=said).exists():
        return True
    raise Conflict(
        "idempotency_key_reused",
        _("This caller was already joined to %(number)s.") % {"number": earlier.incident.short_number},
        details={"number": earlier.incident.number},
    )
