"""What a person does about a message that reached nobody: the same way once more, or another way to the same person."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from dispatch.access import MEND_DELIVERIES
from dispatch.models import Delivery
from dispatch.selectors.undelivered import reached_nobody, still_wanted
from grid.models import User
from grid.selectors.contact import usable_contacts


def delivery_retry(*, actor: User, key: UUID) -> Delivery:
    """Queue a failed message again, with all its attempts. Noted in the audit trail.

    NotFound; Conflict `not_failed` (it is on its way, or arrived), `no_longer_needed`, `contact_closed`.
    """
    require(actor, MEND_DELIVERIES)
    with transaction.atomic():
        delivery = _locked(key)
        if delivery.state != Delivery.State.FAILED:
            raise _not_failed(delivery)
        _require_contact(delivery.contact_id, delivery.contact.person_id)
        delivery.state, delivery.attempts, delivery.due_at = Delivery.State.QUEUED, 0, clock.now()
        delivery.failed_at, delivery.error = None, ""
        delivery.save(update_fields=["state", "attempts", "due_at", "failed_at", "error"])
        _note(actor, delivery, "delivery.retried")
    return delivery


def delivery_redirect(*, actor: User, key: UUID, contact: int) -> Delivery:
    """Send the notice of a message that failed, or that nobody carries, to another contact of the same person. Audited.

    The old message stays as it is. A repeat while the new one is on its way returns that one. Raises as `delivery_retry`, and Invalid `contact` for
    somebody else's.
    """
    require(actor, MEND_DELIVERIES)
    with transaction.atomic():
        old = _locked(key)
        if not reached_nobody(old):
            raise _not_failed(old)
        _require_contact(contact, old.contact.person_id)
        same = Delivery.objects.filter(notice=old.notice, contact=contact).exclude(
            state__in=[Delivery.State.FAILED, Delivery.State.WITHDRAWN]
        )
        if sent := same.select_related("contact").first():
            return sent
        now = clock.now()
        new = Delivery.objects.create(notice=old.notice, contact_id=contact, created_at=now, due_at=now)
        _note(actor, new, "delivery.redirected")
    return new


def _locked(key: UUID) -> Delivery:
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("contact", "notice__escalation", "notice__timer__incident")
        .filter(key=key, notice__isnull=False)
        .first()
    )
    if delivery is None:
        raise NotFound("not_found", _("There is no such message."))
    if not still_wanted(delivery):
        raise Conflict(
            "no_longer_needed", _("Somebody has it in hand meanwhile; nobody need be told any more.")
        )
    return delivery


def _not_failed(delivery: Delivery) -> Conflict:
    return Conflict(
        "not_failed", _("It has not failed: %(state)s.") % {"state": delivery.get_state_display()}
    )


def _require_contact(contact: int, person: int) -> None:
    usable = usable_contacts().filter(pk=contact).values_list("person", flat=True).first()
    if usable is None:
        raise Conflict("contact_closed", _("Nothing can be sent there: the channel is switched off."))
    if usable != person:
        raise Invalid("contact", _("This is another person's address."), field="contact")


def _note(actor: User, delivery: Delivery, code: str) -> None:
    notice = delivery.notice
    number = notice.timer.incident.number if notice else ""
    audit.record(
        actor=actor,
        code=code,
        target=number,
        details={"delivery": str(delivery.key), "contact": delivery.contact_id},
    )
