"""Telling people beside the screen: queued with the notice, sent by the courier, followed by receipts.

Queued in the transaction that raises the escalation, sent by another process: a mail server that hangs holds no
incident's lock. A courier claims a message by moving its `due_at` on (a lease), sends it outside of any transaction,
and writes down what came of it only where nobody has claimed it since.
"""

import hmac
import logging
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from dispatch.couriers import COURIERS, NotNow, Refusal, message_of
from dispatch.couriers.webhook import signature
from dispatch.models import Delivery, Notice, Sweep
from grid.access import OWN_CONTACTS
from grid.models import Contact, User
from grid.selectors.contact import contacts_of, usable_contacts

from .pulse import part_mark

logger = logging.getLogger(__name__)
AGAIN_AFTER = (5, 15, 60, 180)
"""Seconds until the next attempt, after the first, second, … one. The fifth failure is the last."""
LEASE = timedelta(seconds=30)
"""Longer than any courier's own time limit."""
BATCH = 20
"""So many are under way at once."""
TURN_SECONDS = 20.0
LOOK_SECONDS = 0.5
"""How long a message waits for its courier while others are under way."""
SECRETS_SKEW_SECONDS = 300
TRIAL_PAUSE = timedelta(seconds=10)
State = Delivery.State


def deliveries_queue(notices: Sequence[Notice]) -> None:
    """Queue the saved `notices` for every usable contact of their recipients. Two queries, none without notices."""
    contacts: dict[int, list[Contact]] = {}
    for contact in contacts_of(notice.recipient_id for notice in notices):
        contacts.setdefault(contact.person_id, []).append(contact)
    Delivery.objects.bulk_create(
        Delivery(notice=notice, contact=contact, created_at=notice.created_at, due_at=notice.created_at)
        for notice in notices
        for contact in contacts.get(notice.recipient_id, ())
    )


def deliveries_send() -> int:
    """Send what is due, side by side, so that one side that hangs holds up itself alone. Returns how many were tried.

    Whoever is done makes room for the next. After `TURN_SECONDS` nothing more is begun: the next turn, a second away,
    goes on, and no turn lasts as long as a worker that stands still (`boshan_police.standstill`).
    """
    tried, end = 0, time.monotonic() + TURN_SECONDS
    under_way: dict[Future[Exception | None], Delivery] = {}
    part_mark(Sweep.DELIVERIES)
    claimed = _claim(BATCH)
    with ThreadPoolExecutor(BATCH) as pool:
        while True:
            # The couriers ask no database: no thread of the pool has a connection.
            under_way |= {pool.submit(_carry, delivery): delivery for delivery in claimed}
            tried += len(claimed)
            if not under_way:
                return tried
            done, _others = wait(under_way, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                _write_down(under_way.pop(future), future.result())
            part_mark(Sweep.DELIVERIES)
            free = BATCH - len(under_way)
            claimed = _claim(free) if free and time.monotonic() < end else []


def _claim(most: int) -> list[Delivery]:
    """Up to `most` due messages, leased; those that nobody needs any more are withdrawn."""
    now = clock.now()
    with transaction.atomic():
        due = Delivery.objects.filter(state=State.QUEUED, due_at__lte=now).order_by("due_at")
        keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
        late = Q(notice__seen_at__isnull=False) | Q(notice__escalation__ended_at__isnull=False)
        taken = Q(notice__escalation__owner__isnull=False)
        idle = list(Delivery.objects.filter(late | taken, pk__in=keys).values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=idle).update(state=State.WITHDRAWN, due_at=None)
        wanted = [key for key in keys if key not in idle]
        Delivery.objects.filter(pk__in=wanted).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    return list(
        Delivery.objects.filter(pk__in=wanted)
        .select_related(
            "contact__gateway", "notice__timer__incident__category", "notice__timer__incident__station"
        )
        .order_by("pk")
    )


def _carry(delivery: Delivery) -> Exception | None:
    """What the courier met; None: it is out. Runs in a thread of the pool."""
    try:
        COURIERS[delivery.contact.channel](delivery.contact, message_of(delivery))
    except (NotNow, Refusal) as error:
        return error
    except Exception as error:  # noqa: BLE001 - a courier's own fault must not lose the other messages
        logger.exception("delivery %s can't be sent", delivery.key)
        return NotNow(type(error).__name__)
    return None


def _write_down(delivery: Delivery, outcome: Exception | None) -> None:
    """Keep what came of an attempt, unless the lease ran out and somebody else has it."""
    now = clock.now()
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts)
    if outcome is None:
        # A receipt may have been sooner than this line.
        mine.filter(state=State.QUEUED).update(state=State.SENT, error="")
        mine.update(sent_at=now, due_at=None)
        return
    error = str(outcome)[:200]
    if isinstance(outcome, Refusal) or delivery.attempts > len(AGAIN_AFTER):
        mine.filter(state=State.QUEUED).update(state=State.FAILED, failed_at=now, due_at=None, error=error)
        if isinstance(outcome, Refusal) and outcome.gone:
            Contact.objects.filter(pk=delivery.contact_id).update(active=False)
        return
    due_at = now + timedelta(seconds=AGAIN_AFTER[delivery.attempts - 1])
    mine.filter(state=State.QUEUED).update(due_at=due_at, error=error)


# --- What the other side says ---------------------------------------------------------------------------

_AFTER = {
    State.DELIVERED: [State.QUEUED, State.SENT],
    State.READ: [State.QUEUED, State.SENT, State.DELIVERED],
    State.FAILED: [State.QUEUED, State.SENT],
}


def delivery_receive(
    *, key: UUID, state: str, error: str = "", timestamp: str = "", signed: str = "", body: bytes = b""
) -> Delivery:
    """A receipt: `delivered`, `read` or `failed`. Whoever knows the key may give one; a gateway must also sign it.

    States only move forward, so a receipt that comes late or twice changes nothing. NotFound for an unknown key,
    Refused `bad_signature`.
    """
    delivery = Delivery.objects.select_related("contact__gateway").filter(key=key).first()
    if delivery is None:
        raise NotFound("not_found", _("There is no such message."))
    if state not in _AFTER:
        raise Invalid("state_unknown", _("A receipt says delivered, read or failed."), field="state")
    gateway = delivery.contact.gateway
    if gateway and not _signed(gateway.secret, str(key), timestamp, signed, body):
        raise Refused("bad_signature", _("The signature is missing, wrong or older than five minutes."))
    now = clock.now()
    moved = {"state": state, f"{state}_at": now, "due_at": None, "error": error[:200]}
    Delivery.objects.filter(pk=delivery.pk, state__in=_AFTER[State(state)]).update(**moved)
    delivery.refresh_from_db()
    return delivery


def _signed(secret: str, key: str, timestamp: str, signed: str, body: bytes) -> bool:
    try:
        sent_at = datetime.fromtimestamp(int(timestamp), tz=clock.now().tzinfo)
    except (ValueError, OverflowError, OSError):
        return False
    fresh = abs(clock.seconds_since(sent_at)) <= SECRETS_SKEW_SECONDS
    wanted = signature(secret, key, timestamp, body)
    return fresh and any(hmac.compare_digest(wanted, one) for one in signed.split() if one.isascii())


def delivery_open(*, actor: User, key: UUID) -> Delivery:
    """The recipient followed the message's link: that is its receipt. NotFound for everybody else."""
    delivery = (
        Delivery.objects.select_related("notice__timer__incident", "contact")
        .filter(key=key, contact__person=actor)
        .first()
    )
    if delivery is None:
        raise NotFound("not_found", _("This message was not sent to you."))
    read = Delivery.objects.filter(pk=delivery.pk, state__in=_AFTER[State.READ])
    read.update(state=State.READ, read_at=clock.now(), due_at=None)
    return delivery


def notices_shown(*, actor: User, number: str) -> int:
    """A browser of the actor shows what incident `number` was escalated for. Returns how many notices that is news of."""
    shown = Notice.objects.filter(recipient=actor, timer__incident__number=number, shown_at__isnull=True)
    return shown.update(shown_at=clock.now())


# --- Trying a contact -------------------------------------------------------------------------------------


def contact_try(*, actor: User, key: int) -> Delivery:
    """Queue a trial message to one of the actor's own contacts.

    Conflict `tried_just_now` within ten seconds of the last one, `contact_closed` where nothing can be sent to it.
    """
    require(actor, OWN_CONTACTS)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().filter(pk=key, person=actor).first()
        if contact is None:
            raise NotFound("not_found", _("This is not one of your contacts."))
        if not usable_contacts().filter(pk=key).exists():
            raise Conflict("contact_closed", _("Nothing can be sent there: the channel is switched off."))
        now = clock.now()
        if Delivery.objects.filter(contact=contact, notice=None, created_at__gt=now - TRIAL_PAUSE).exists():
            raise Conflict("tried_just_now", _("A trial is on its way. Wait ten seconds."))
        return Delivery.objects.create(contact=contact, created_at=now, due_at=now)
