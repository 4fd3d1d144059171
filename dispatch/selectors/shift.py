"""The watches of an organisation: its log, and what is still owed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import NotFound
from dispatch import access, actions
from dispatch.models import Incident, ShiftEntry, TimelineEntry, Watch
from grid.access import Scope
from grid.models import Organisation
from grid.selectors.organisation import organisations
from patrol.watches import watch_begin, watch_end

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


@dataclass(frozen=True)
class Log:
    """`owed`: every open promise and all equipment out, whichever watch it is of, the soonest due first. `over`: the
    watch's own remarks and what was ended in it, newest first, at most 200; `more` are left out."""

    owed: list[dict[str, Any]]
    over: list[dict[str, Any]]
    more: int

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All of it, newest first."""
        return sorted([*self.owed, *self.over], key=lambda row: (row["written_at"], row["id"]), reverse=True)


def read_log(watch: Watch) -> Log:
    """What was written in `watch`, and what is still owed from before. Two queries, three where something is left out."""
    found = ShiftEntry.objects.select_related("incident", "written_by", "done_by")
    owed = found.filter(
        ~Q(kind=ShiftEntry.Kind.REMARK), watch__organisation=watch.organisation_id, done_at__isnull=True
    ).order_by("due_at", "id")
    over = found.none()
    if watch.pk:
        ended = Q(kind=ShiftEntry.Kind.REMARK) | Q(done_at__isnull=False)
        over = found.filter(ended, watch=watch).order_by("-written_at", "-id")
    newest = [_entry(row) for row in over[: MOST + 1]]
    more = over.count() - MOST if len(newest) > MOST else 0
    return Log([_entry(row) for row in owed], newest[:MOST], more)


def _entry(row: ShiftEntry) -> dict[str, Any]:
    return {
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


def facts(watch: Watch, until: datetime) -> list[dict[str, Any]]:
    """What the timelines of the organisation's incidents say of the watch, newest first, at most 200. One query.

    {number, at, code, text, actor}. By way of the incidents that changed since: the timeline has no index by time.
    """
    entries = (
        TimelineEntry.objects.filter(
            incident__in=incidents_of(watch).filter(updated_at__gte=watch.began_at),
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


def scope_of_watch(watch: Watch) -> Scope:
    """What the organisation answers for: the district, or its own ground."""
    kind = organisations().by_code[watch.organisation_id].kind
    at_centre = kind in {Organisation.Kind.COMMAND_CENTRE, Organisation.Kind.BUREAU}
    return Scope("district", None) if at_centre else Scope("station", watch.organisation_id)


def incidents_of(watch: Watch) -> QuerySet[Incident]:
    """The incidents that the organisation answers for, ended ones too."""
    scope = scope_of_watch(watch)
    everything = Incident.objects.all()
    return everything if scope.kind == "district" else everything.filter(station=scope.organisation)
