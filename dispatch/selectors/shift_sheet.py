"""The hand-over sheet: what one watch tells the next."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_datetime

from dispatch.lifecycle import ACTIVE_STEPS, Status
from dispatch.models import Assignment, Escalation, FollowUpCall, Handover, Incident, ShiftEntry, Watch
from grid.access import Scope
from grid.models import Duty

from . import board
from .shift import MOST, Log, change_after, incidents_of, read_log, scope_of_watch
from .today import accepted_share


def hand_over_sheet(watch: Watch, until: datetime, log: Log | None = None) -> dict[str, Any]:
    """What the next watch has to know, as of `until`; its `log` is read where it isn't given. Twelve queries beside the log's.

    Organisations, categories, stages and levels are codes, so that it reads in both languages; `*_at` are instants.
    No caller and nothing that was said by one: the sheet is kept longer than they are.
    """
    scope = scope_of_watch(watch)
    mine = incidents_of(watch)
    changed = mine.filter(updated_at__gte=watch.began_at)
    rows = board.incident_rows(board.open_incidents(scope))
    log = log or read_log(watch)
    return {
        "organisation": watch.organisation_id,
        "began_at": watch.began_at,
        "due_at": watch.due_at,
        "until_at": until,
        "people": _people(watch, until),
        "figures": _figures(watch, until, mine, len(rows)),
        "incidents": sorted((_open_row(row, until) for row in rows), key=_urgency),
        "promises": [row for row in log.owed if row["kind"] == ShiftEntry.Kind.PROMISE],
        "equipment": [row for row in log.owed if row["kind"] == ShiftEntry.Kind.EQUIPMENT],
        "remarks": [row for row in log.over if row["kind"] == ShiftEntry.Kind.REMARK],
        "done": [row for row in log.over if row["done_at"]],
        "more": log.more,
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
