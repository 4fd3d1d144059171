"""Messages that reached nobody, for whoever can do something about it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q

from boshan_police.kernel import clock
from dispatch.models import Delivery
from grid.models import Contact
from grid.selectors.contact import contacts_of

WITHIN = timedelta(hours=24)
WAITS_TOO_LONG = timedelta(seconds=40)
"""Longer than a courier's lease (`services.delivery.LEASE`): nobody carries it."""
MOST = 200


@dataclass(frozen=True)
class Undelivered:
    """One message that failed or waits too long. `wanted`: somebody must still be told; `others`: where else the person is reached."""

    delivery: Delivery
    wanted: bool
    others: list[Contact]

    @property
    def failed(self) -> bool:
        return self.delivery.state == Delivery.State.FAILED


def undelivered() -> list[Undelivered]:
    """Failed within 24 hours, or overdue at the couriers; those still wanted first, then the newest; at most 200. Two queries.

    Trials (messages without a notice) are their sender's own matter and left out.
    """
    now = clock.now()
    wanted = Q(
        notice__seen_at=None, notice__escalation__ended_at=None, notice__escalation__owner=None
    )  # `still_wanted`
    failed = Q(state=Delivery.State.FAILED, failed_at__gt=now - WITHIN)
    waiting = Q(state=Delivery.State.QUEUED, due_at__lt=now - WAITS_TOO_LONG)
    found = list(
        Delivery.objects.filter(failed | waiting, notice__isnull=False)
        .select_related(
            "contact__gateway",
            "notice__recipient__organisation",
            "notice__escalation",
            "notice__timer__incident",
        )
        .annotate(wanted=ExpressionWrapper(wanted, BooleanField()))
        .order_by("-wanted", "-created_at", "-pk")[:MOST]
    )
    reached: dict[int, list[Contact]] = {}
    for contact in contacts_of(each.notice.recipient_id for each in found if each.notice):
        reached.setdefault(contact.person_id, []).append(contact)
    return [
        Undelivered(
            each,
            each.wanted,
            [one for one in reached.get(each.contact.person_id, []) if one.pk != each.contact_id],
        )
        for each in found
    ]


def reached_nobody(delivery: Delivery) -> bool:
    """Whether it failed, or waits for longer than a courier would hold it."""
    waits = delivery.state == Delivery.State.QUEUED and delivery.due_at
    return delivery.state == Delivery.State.FAILED or bool(waits and waits < clock.now() - WAITS_TOO_LONG)


def still_wanted(delivery: Delivery) -> bool:
    """Whether its notice still rings: not seen, the escalation neither ended nor in somebody's hands. Reads both."""
    notice = delivery.notice
    return bool(
        notice
        and notice.seen_at is None
        and notice.escalation.ended_at is None
        and notice.escalation.owner_id is None
    )
