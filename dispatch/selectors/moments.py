"""What happened between two instants, and the whole life of one incident: who was told, what was recommended, what was sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Prefetch
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid
from dispatch import access, actions
from dispatch.lifecycle import OPEN
from dispatch.models import Delivery, Incident, Notice, TimelineEntry
from grid.models import Contact

from .rewind import RECORDED, incidents_between

MOST_MOMENTS = 20_000
"""What one span may hold: a day of the district has about 4,000."""
_SENT = {"unit.dispatched", "unit.diverted", "incident.claimed"}
_SENT_TIMES = ("created_at", "sent_at", "delivered_at", "read_at", "failed_at")


def moments(
    user: Any, start: datetime, end: datetime, *, incident: Incident | None = None
) -> list[dict[str, Any]]:
    """`[{at, happened_at, number, priority, code, actor, text}…]`: the entries written down from `start` to `end`, oldest first.

    `at` is when the boards knew it; `happened_at` when it happened, where that was earlier. Of all incidents that `user`
    may see, or of one. One query. Raises Invalid `span_too_full` beyond 20,000 entries.
    """
    if incident is None:
        seen = access.visible_incidents(user, Incident.objects.all())
        of = incidents_between(seen, start, end).values("pk")
        entries = TimelineEntry.objects.filter(incident__in=of)
    else:
        entries = TimelineEntry.objects.filter(incident=incident)
    found = list(
        entries.annotate(recorded=RECORDED)
        .filter(recorded__gte=start, recorded__lte=end)
        .order_by("recorded", "incident", "version")
        .values_list(
            "recorded", "at", "incident__number", "incident__priority", "code", "actor_name", "data"
        )[: MOST_MOMENTS + 1]
    )
    if len(found) > MOST_MOMENTS:
        raise Invalid("span_too_full", _("Too much happened in this span. Choose a shorter one."))
    return [
        {
            "at": recorded,
            "happened_at": at if at != recorded else None,
            "number": number,
            "priority": priority,
            "code": code,
            "actor": actor or None,
            "text": actions.describe(code, data),
        }
        for recorded, at, number, priority, code, actor, data in found
    ]


def life_of(incident: Incident) -> tuple[datetime, datetime]:
    """When the first and the last entry of `incident` were written down; while it is open it lasts until now. One query."""
    life = incident.timeline.aggregate(first=Min(RECORDED), last=Max(RECORDED))
    return life["first"], clock.now() if incident.status in OPEN else life["last"]


def played(incident: Incident) -> dict[str, Any]:
    """The life of `incident`, whom its reader sees: `{number, priority, title, start, end, open, decisions, told}`. Three queries.

    decisions: `[{at, actor, recommended: [label…] | null, sent: [{label, code}…]}…]`, one for each act that sent
    somebody; `recommended` is null where nobody chose from a list. told: `[{at, name, level, stage, shown_at, seen_at,
    ways: [{channel, created_at, sent_at, delivered_at, read_at, failed_at}…]}…]`, oldest first.
    """
    entries = list(incident.timeline.annotate(recorded=RECORDED).order_by("version"))
    is_open = incident.status in OPEN
    return {
        "number": incident.number,
        "priority": incident.priority,
        "title": incident.summary or incident.address,
        "start": entries[0].recorded,
        "end": clock.now() if is_open else entries[-1].recorded,
        "open": is_open,
        "decisions": _decisions(entries),
        "told": _told(incident),
    }


def _decisions(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Entries of one act follow each other: what was recommended, then who was sent."""
    found: list[dict[str, Any]] = []
    joins = None  # the actor whose act goes on
    for entry in entries:
        if entry.code == "dispatch.recommended":
            found.append(_decision(entry, list(entry.data.get("units", []))))
            joins = entry.actor_id
        elif entry.code in _SENT:
            if joins is None or joins != entry.actor_id or entry.code == "incident.claimed":
                found.append(_decision(entry, None))
            found[-1]["sent"].append({"label": entry.data["label"], "code": entry.code})
            joins = entry.actor_id
        else:
            joins = None
    return found


def _decision(entry: Any, recommended: list[str] | None) -> dict[str, Any]:
    return {
        "at": entry.recorded,
        "actor": entry.actor_name or None,
        "recommended": recommended,
        "sent": [],
    }


def _told(incident: Incident) -> list[dict[str, Any]]:
    """Each notice of the incident with its messages beside the screen. Two queries."""
    messages = Delivery.objects.select_related("contact").order_by("pk")
    notices = (
        Notice.objects.filter(timer__incident=incident)
        .select_related("timer", "recipient")
        .prefetch_related(Prefetch("deliveries", messages))
        .order_by("created_at", "recipient__name")
    )
    names = dict(Contact.Channel.choices)
    return [
        {
            "at": notice.created_at,
            "name": notice.recipient.name,
            "level": notice.timer.level,
            "stage": notice.timer.stage,
            "shown_at": notice.shown_at,
            "seen_at": notice.seen_at,
            "ways": [
                {
                    "channel": str(names[message.contact.channel]),
                    **{name: getattr(message, name) for name in _SENT_TIMES},
                }
                for message in notice.deliveries.all()
            ],
        }
        for notice in notices
    ]
