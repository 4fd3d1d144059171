"""Follow-up calls to make."""

from typing import Any

from boshan_police.kernel import clock
from dispatch import access
from dispatch.models import FollowUpCall, Incident

MOST = 200


def follow_ups_due(actor: Any) -> list[dict[str, Any]]:
    """The calls to make about incidents in the actor's scope, soonest first, at most 200. One query.

    {number, category, summary, address, station, closed_at, outcome, due_at, overdue, attempts, last_at, remark}
    """
    now = clock.now()
    mine = access.visible_incidents(actor, Incident.objects.all())
    found = (
        FollowUpCall.objects.filter(state=FollowUpCall.State.DUE, incident__in=mine)
        .select_related("incident")
        .order_by("due_at")[:MOST]
    )
    return [
        {
            "number": call.incident.number,
            "category": call.incident.category_id,
            "summary": call.incident.summary,
            "address": call.incident.address,
            "station": call.incident.station_id,
            "closed_at": call.incident.closed_at,
            "outcome": call.incident.outcome,
            "due_at": call.due_at,
            "overdue": call.due_at < now,
            "attempts": call.attempts,
            "last_at": call.last_at,
            "remark": call.remark,
        }
        for call in found
    ]
