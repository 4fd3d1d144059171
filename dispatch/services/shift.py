"""The shift log and the change of watch 交接班: what is written down, and the two signatures."""

import json
import re
import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit, clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from boshan_police.kernel.rendering import to_json
from dispatch import access, live
from dispatch.models import Incident, ShiftEntry, Watch
from dispatch.selectors.shift import change_after, first_watch, watch_seen_by
from dispatch.selectors.shift_sheet import hand_over_sheet
from grid.models import User

from .act import sooner

_SERIAL_DAYS = 3
"""How far back the four digits of a day's serial are looked for."""


def entry_write(
    *, actor: User, kind: str, text: str, due_at: datetime | None = None, holder: str = "", number: str = ""
) -> ShiftEntry:
    """Write a line in the log of the actor's own organisation.

    A promise has `due_at`, equipment a `holder` and may have `due_at`, which lies ahead. `number` names an incident in the actor's scope,
    whole or by its serial of the last three days. Invalid names the field.
    """
    roles.require(actor, access.WRITE_LOG)
    if kind not in ShiftEntry.Kind.values:
        raise Invalid("unknown_kind", _("Choose promise, equipment or remark."), field="kind")
    text = text.strip()
    if not text:
        raise Invalid("empty", _("Write what it is about."), field="text")
    promise, equipment = kind == ShiftEntry.Kind.PROMISE, kind == ShiftEntry.Kind.EQUIPMENT
    if promise and due_at is None:
        raise Invalid("due_missing", _("By when was it promised?"), field="due_at")
    if (promise or equipment) and due_at and due_at <= clock.now():
        raise Invalid("due_past", _("That time has passed."), field="due_at")
    if equipment and not holder.strip():
        raise Invalid("holder_missing", _("Who has it?"), field="holder")
    incident = _incident(actor, number)
    with transaction.atomic():
        # Under the watch's lock: an entry is in the sheet that is being signed, or in the next watch.
        watch = _locked_open_watch(actor.organisation_id)
        entry = ShiftEntry.objects.create(
            watch=watch,
            kind=kind,
            text=text[:500],
            holder=holder.strip()[:60] if equipment else "",
            incident=incident,
            due_at=due_at if promise or equipment else None,
            written_at=clock.now(),
            written_by=actor,
        )
        live.watch_changed(watch, event="entry")
    return entry


def entry_done(*, actor: User, entry: int, outcome: str = "") -> ShiftEntry:
    """A promise is kept, or equipment is back. Conflict `already_done` names who was sooner; a repeat by the same changes nothing."""
    roles.require(actor, access.WRITE_LOG)
    with transaction.atomic():
        row = ShiftEntry.objects.select_for_update(no_key=True).filter(pk=entry).first()
        if row is None or not access.may_see_watches_of(actor, row.watch.organisation_id):
            raise NotFound("not_found", _("There is no such entry."))
        access.require_own_watch(actor, row.watch.organisation_id)
        if row.kind == ShiftEntry.Kind.REMARK:
            raise Invalid("remark_stays", _("A remark has no end."), field="entry")
        if row.done_at and row.done_by_id == actor.pk:
            return row
        if row.done_at and row.done_by:
            said = _("%(name)s has ended this at %(time)s.")
            raise sooner("already_done", said, by=row.done_by.name, at=row.done_at)
        row.done_at, row.done_by, row.outcome = clock.now(), actor, outcome.strip()[:200]
        row.save(update_fields=["done_at", "done_by", "outcome"])
        live.watch_changed(row.watch, event="entry")
    return row


def watch_sign_out(*, actor: User, watch: int | None) -> Watch:
    """The outgoing commander closes the watch; the sheet is frozen as it stands, and the next watch begins.

    `watch` is the one on the signer's screen, None the first that this organisation ever keeps: so that nobody
    closes, a second later, the watch of a colleague. Conflict `already_signed_out` names who was sooner; a repeat by
    the same person changes nothing.
    """
    roles.require(actor, access.SIGN_WATCH)
    with transaction.atomic():
        if watch is None:
            row = _locked_open_watch(actor.organisation_id)
            earlier = Watch.objects.filter(organisation=actor.organisation_id, signed_out_at__isnull=False)
            row = earlier.select_related("signed_out_by").order_by("-began_at").first() or row
        else:
            row = _locked(actor, watch)
        if row.signed_out_at and row.signed_out_by_id == actor.pk:
            return row
        if row.signed_out_at and row.signed_out_by:
            said = _("%(name)s has signed this sheet at %(time)s.")
            raise sooner("already_signed_out", said, by=row.signed_out_by.name, at=row.signed_out_at)
        now = clock.now()
        row.sheet = json.loads(to_json(hand_over_sheet(row, now)))
        row.signed_out_at, row.signed_out_by = now, actor
        row.save(update_fields=["sheet", "signed_out_at", "signed_out_by"])
        Watch.objects.create(organisation_id=row.organisation_id, began_at=now, due_at=change_after(now))
        _audited(actor, "watch.signed_out", row)
    return row


def watch_sign_in(*, actor: User, watch: int) -> Watch:
    """The incoming commander signs for the sheet, by name. One wins: Conflict `already_signed_in` tells the others who.

    Conflict `not_signed_out` before the outgoing one signed; Invalid `same_person` for the outgoing one.
    """
    roles.require(actor, access.SIGN_WATCH)
    with transaction.atomic():
        row = _locked(actor, watch)
        if row.signed_out_at is None:
            raise Conflict("not_signed_out", _("The outgoing commander has not signed yet."))
        if row.signed_out_by_id == actor.pk:
            raise Invalid("same_person", _("Who hands over can't take over: another commander signs."), field="watch")  # fmt: skip
        if row.signed_in_at and row.signed_in_by_id == actor.pk:
            return row
        if row.signed_in_at and row.signed_in_by:
            said = _("%(name)s has taken this watch over at %(time)s.")
            raise sooner("already_signed_in", said, by=row.signed_in_by.name, at=row.signed_in_at)
        row.signed_in_at, row.signed_in_by = clock.now(), actor
        row.save(update_fields=["signed_in_at", "signed_in_by"])
        _audited(actor, "watch.signed_in", row)
    return row


def _locked_open_watch(organisation: str) -> Watch:
    """The open watch under its lock; the organisation's first one is begun. Two queries, three where it has just been signed."""
    first = first_watch(organisation, clock.now())
    # The constraint `watch_one_open` lets one of two begin it; the other finds that one.
    Watch.objects.get_or_create(
        organisation_id=organisation,
        signed_out_at=None,
        defaults={"began_at": first.began_at, "due_at": first.due_at},
    )
    running = Watch.objects.select_for_update(no_key=True).filter(
        organisation=organisation, signed_out_at__isnull=True
    )
    # Signed while we waited for it, it is none of those asked for any more: then its successor is there.
    return running.first() or running.get()


def _locked(actor: User, watch: int) -> Watch:
    """Watch `watch` of the actor's own organisation, under its lock. NotFound out of scope."""
    watch_seen_by(actor, watch)
    row = Watch.objects.select_for_update(no_key=True).get(pk=watch)
    access.require_own_watch(actor, row.organisation_id)
    return row


def _incident(actor: User, number: str) -> Incident | None:
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", number))
    if not digits:
        return None
    numbers = [digits]
    if digits.isdecimal() and len(digits) <= 6:
        today = clock.local_day(clock.now())
        days = [today - timedelta(days=back) for back in range(_SERIAL_DAYS)]
        numbers = [f"{settings.DIVISION_CODE}{day:%Y%m%d}{int(digits):04d}" for day in days]
    found = access.visible_incidents(actor, Incident.objects.filter(number__in=numbers))
    incident = found.order_by("-id").first()
    if incident is None:
        raise Invalid(
            "unknown_incident",
            _("There is no incident %(number)s in your area.") % {"number": digits[:24]},
            field="number",
        )
    return incident


def _audited(actor: User, code: str, watch: Watch) -> None:
    target = f"watch {watch.pk} of {watch.organisation_id}"
    audit.record(actor=actor, code=code, target=target, details={"began_at": watch.began_at.isoformat()})
    live.watch_changed(watch, event=code.partition(".")[2])
