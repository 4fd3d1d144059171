"""The watches of an organisation: its log, what is still owed, and the hand-over sheet."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import NotFound
from dispatch import access, actions
from dispatch.lifecycle import ACTIVE_STEPS, Status
from dispatch.models import (
    Assignment,
    Escalation,
    FollowUpCall,
    Handover,
    Incident,
    ShiftEntry,
    TimelineEntry,
    Watch,
)
from grid.access import Scope
from grid.models import Duty, Organisation
from grid.selectors.organisation import organisations
from patrol.watches import watch_begin, watch_end

from . import board
from .today import accepted_share

UNSIGNED_AFTER = timedelta(minutes=30)
"""A signature that is missing for longer than this is told plainly."""
EARLY = timedelta(hours=2)
"""A watch handed over up to this long before its change has been handed over at that change."""
MOST = 200
_FACTS = (  # what somebody decided; the sheet lists each escalation
    "escalation.taken_over", "escalation.exhausted", "escalation.waiting", "reinforcement.asked",
    "reinforcement.declined", "handover.offered", "handover.accepted", "handover.declined", "unit.preempted",
    "incident.reopened", "incident.invalidated",
)  # fmt: skip


def change_after(began_at: datetime) -> datetime:
    """The change of watch at which a watch that began then should be handed over."""
    return watch_end(began_at + EARLY)


def first_watch(organisation: str, now: datetime) -> Watch:
    """The watch of an organisation that has kept none so far, unsaved."""
    began_at = watch_begin(now)
    return Watch(organisation_id=organisation, began_at=began_at, due_at=watch_end(now))


def open_watch(organisation: str) -> Watch:
    """The watch that runs now; unsaved where the organisation has kept none so far. One query."""
    found = Watch.objects.filter(organisation=organisation, signed_out_at__isnull=True).first()
    return found or first_watch(organisation, clock.now())


def past_watches(organisation: str) -> list[Watch]:
    """The last 20 that were handed over, newest first. One query."""
    return list(
        Watch.objects.filter(organisation=organisation, signed_out_at__isnull=False)
        .select_related("signed_out_by", "signed_in_by")
        .order_by("-began_at")[:20]
    )


def watch_seen_by(actor: Any, key: int) -> Watch:
    """One watch. NotFound outside the actor's scope. One query."""
    watch = (
        Watch.objects.select_related("organisation", "signed_out_by", "signed_in_by").filter(pk=key).first()
    )
    if watch is None or not access.may_see_watches_of(actor, watch.organisation_id):
        raise NotFound("not_found", _("There is no such watch."))
    return watch


def overdue(watch: Watch, now: datetime) -> timedelta | None:
    """For how long a signature has been missing, where that is longer than half an hour: the outgoing one, or the incoming one."""
    if watch.signed_in_at:
        return None
    missing = now - (watch.signed_out_at or watch.due_at)
    return missing if missing > UNSIGNED_AFTER else None


# --- The log --------------------------------------------------------------------------------------------


def log_entries(watch: Watch) -> list[dict[str, Any]]:
    """What was written in `watch`, and what is still owed from before; newest first. One query."""
    ours = Q(watch=watch) if watch.pk else Q(pk__in=[])
    owed = Q(watch__organisation=watch.organisation_id, done_at__isnull=True) & ~Q(kind="remark")
    return _entries(ShiftEntry.objects.filter(ours | owed).order_by("-written_at", "-id"))


def _entries(found: "QuerySet[ShiftEntry]") -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "text": row.text,
            "holder": row.holder,
            "number": row.incident.number if row.incident else None,
            "due_at": row.due_at,
            "written_at": row.written_at,
            "written_by": row.written_by.name,
            "done_at": row.done_at,
            "done_by": row.done_by.name if row.done_by else None,
            "outcome": row.outcome,
        }
        for row in found.select_related("incident", "written_by", "done_by")[:MOST]
    ]


def facts(watch: Watch, until: datetime) -> list[dict[str, Any]]:
    """What the timelines of the organisation's incidents say of the watch, newest first, at most 200. One query.

    {number, at, code, text, actor}. By way of the incidents that changed since: the timeline has no index by time.
    """
    entries = (
        TimelineEntry.objects.filter(
            incident__in=_incidents(watch).filter(updated_at__gte=watch.began_at),
            code__in=_FACTS,
            at__gte=watch.began_at,
            at__lt=until,
        )
        .select_related("incident")
        .order_by("-at", "-id")[:MOST]
    )
    return [
        {
            "number": entry.incident.number,
            "at": entry.at,
            "code": entry.code,
            "text": actions.describe(entry.code, entry.data),
            "actor": entry.actor_name,
        }
        for entry in entries
    ]


# --- The sheet --------------------------------------------------------------------------------------------


def hand_over_sheet(watch: Watch, until: datetime) -> dict[str, Any]:
    """What the next watch has to know, as of `until`. Thirteen queries.

    Organisations, categories, stages and levels are codes, so that it reads in both languages; `*_at` are instants.
    No caller and nothing that was said by one: the sheet is kept longer than they are.
    """
    scope = _scope(watch)
    mine = _incidents(watch)
    changed = mine.filter(updated_at__gte=watch.began_at)
    rows = board.incident_rows(board.open_incidents(scope))
    entries = log_entries(watch)
    return {
        "organisation": watch.organisation_id,
        "began_at": watch.began_at,
        "due_at": watch.due_at,
        "until_at": until,
        "people": _people(watch, until),
        "figures": _figures(watch, until, mine, len(rows)),
        "incidents": sorted((_open_row(row, until) for row in rows), key=_urgency),
        "promises": [row for row in entries if row["kind"] == "promise" and not row["done_at"]],
        "equipment": [row for row in entries if row["kind"] == "equipment" and not row["done_at"]],
        "remarks": [row for row in entries if row["kind"] == "remark"],
        "done": [row for row in entries if row["done_at"]],
        "hand_overs": _hand_overs(scope),
        "lent": _lent(scope),
        "escalations": _escalations(changed, watch, until),
        "follow_ups": _follow_ups(mine, until),
    }


def read_sheet(stored: Any, key: str = "") -> Any:
    """A sheet as it was kept, its instants read again."""
    if isinstance(stored, dict):
        return {name: read_sheet(value, name) for name, value in stored.items()}
    if isinstance(stored, list):
        return [read_sheet(value) for value in stored]
    return parse_datetime(stored) if stored and key.endswith("_at") else stored


def _scope(watch: Watch) -> Scope:
    kind = organisations().by_code[watch.organisation_id].kind
    at_centre = kind in {Organisation.Kind.COMMAND_CENTRE, Organisation.Kind.BUREAU}
    return Scope("district", None) if at_centre else Scope("station", watch.organisation_id)


def _incidents(watch: Watch) -> QuerySet[Incident]:
    """The incidents that the organisation answers for, ended ones too."""
    scope = _scope(watch)
    everything = Incident.objects.all()
    return everything if scope.kind == "district" else everything.filter(station=scope.organisation)


def _people(watch: Watch, until: datetime) -> list[str]:
    turns = Duty.objects.filter(person__organisation=watch.organisation_id, period__contains=until)
    return list(turns.order_by("person__role", "person__name").values_list("person__name", flat=True))


def _figures(watch: Watch, until: datetime, mine: QuerySet[Incident], still_open: int) -> dict[str, Any]:
    received = mine.filter(reported_at__gte=watch.began_at, reported_at__lt=until)
    closed = mine.filter(
        updated_at__gte=watch.began_at,
        closed_at__gte=watch.began_at,
        closed_at__lt=until,
        status=Status.CLOSED,
    )
    return {
        "received": received.count(),
        "closed": closed.count(),
        "open": still_open,
        "accepted": accepted_share(received, until),
    }


def _open_row(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    late = bool(row["limit_at"] and row["limit_at"] < now)
    escalation = row["escalation"] or {}
    return {
        **{key: row[key] for key in ("number", "priority", "category", "address", "station", "status", "stage")},
        "reported_at": row["reported_at"],
        "limit_at": row["limit_at"],
        "state": "escalated" if escalation else "late" if late else "calm",
        "overdue_seconds": round((now - row["limit_at"]).total_seconds()) if late else 0,
        "level": escalation.get("level"),
        "owner": escalation.get("owner"),
        "crews": [order["label"] for order in row["assignments"]],
        "reinforcement": row["reinforcement"],
        "asked_at": row["reinforcement_at"],
    }  # fmt: skip


def _urgency(row: dict[str, Any]) -> tuple[int, int, int]:
    """The order of the board's queue."""
    return (["escalated", "late", "calm"].index(row["state"]), row["priority"], -row["overdue_seconds"])


def _hand_overs(scope: Scope) -> list[dict[str, Any]]:
    """Offers that wait for an answer, given or taken."""
    offers = Handover.objects.filter(state=Handover.State.OFFERED)
    if scope.kind != "district":
        offers = offers.filter(Q(giver=scope.organisation) | Q(taker=scope.organisation))
    return [
        {
            "number": row.incident.number,
            "giver": row.giver_id,
            "taker": row.taker_id,
            "reason": row.reason,
            "offered_at": row.offered_at,
            "by": row.offered_by.name,
        }
        for row in offers.select_related("incident", "offered_by").order_by("offered_at")
    ]


def _lent(scope: Scope) -> list[dict[str, Any]]:
    """Units at work on another station's ground."""
    away = Assignment.objects.filter(
        step__in=sorted(ACTIVE_STEPS), unit__station__isnull=False, incident__station__isnull=False
    ).exclude(unit__station=F("incident__station"))
    if scope.kind != "district":
        away = away.filter(unit__organisation=scope.organisation)
    return [
        {
            "unit": row.unit.call_sign,
            "organisation": row.unit.organisation_id,
            "number": row.incident.number,
            "station": row.incident.station_id,
            "since_at": row.dispatched_at,
        }
        for row in away.select_related("unit", "incident").order_by("unit__call_sign")
        if row.unit  # as asked for above
    ]


def _escalations(changed: QuerySet[Incident], watch: Watch, until: datetime) -> list[dict[str, Any]]:
    raised = Escalation.objects.filter(
        incident__in=changed, raised_at__gte=watch.began_at, raised_at__lt=until
    )
    return [
        {
            "number": row.incident.number,
            "stage": row.stage,
            "level": row.level,
            "raised_at": row.raised_at,
            "owner": row.owner.name if row.owner else None,
            "owned_at": row.owned_at,
            "ended_at": row.ended_at,
        }
        for row in raised.select_related("incident", "owner").order_by("raised_at")[:MOST]
    ]


def _follow_ups(mine: QuerySet[Incident], until: datetime) -> list[dict[str, Any]]:
    """Calls to make before the next watch ends."""
    due = FollowUpCall.objects.filter(
        state=FollowUpCall.State.DUE, due_at__lt=change_after(until), incident__in=mine
    )
    return [
        {
            "number": row.incident.number,
            "category": row.incident.category_id,
            "due_at": row.due_at,
            "overdue": row.due_at < until,
            "attempts": row.attempts,
        }
        for row in due.select_related("incident").order_by("due_at")[:MOST]
    ]
