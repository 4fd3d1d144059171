"""Reads of incidents: one by its number, lists, the detail with what its reader may do, the timeline."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from boshan_police.kernel.masking import mask_name, mask_phone
from dispatch import access, actions
from dispatch.lifecycle import ASSIGNMENT_MOVES, INCIDENT_MOVES, OPEN, Step
from dispatch.models import Assignment, Handover, Incident
from grid.selectors.hazard import hazards_at
from grid.selectors.territory import territory

from . import board
from .category import categories

_TIMES = (
    "reported_at",
    "dispatched_at",
    "accepted_at",
    "departed_at",
    "arrived_at",
    "reported_back_at",
    "closed_at",
    "reopened_at",
)
_ASSIGNMENT_TIMES = (
    "dispatched_at",
    "accepted_at",
    "departed_at",
    "arrived_at",
    "reported_at",
    "released_at",
)
_TIME_OF_STEP = {
    Step.DISPATCHED: "dispatched_at",
    Step.ACCEPTED: "accepted_at",
    Step.EN_ROUTE: "departed_at",
    Step.ON_SCENE: "arrived_at",
    Step.REPORTED: "reported_at",
    Step.RELEASED: "released_at",
}


def incident_seen_by(actor: Any, number: str) -> Incident:
    """Incident `number`, with its escalation and who filed it. NotFound outside the actor's scope. At most two queries."""
    incident = (
        Incident.objects.select_related("escalation", "created_by", "merged_into", "split_from")
        .filter(number=number)
        .first()
    )
    if incident is None:
        raise access.incident_not_found(number)
    access.require_incident(actor, incident)
    return incident


def incidents_matching(actor: Any, wanted: Mapping[str, Any]) -> QuerySet[Incident]:
    """The incidents in the actor's scope that match `wanted`; every key may be missing. No query of its own.

    station, category, group, status: lists of codes; priority: list of numbers; open: bool; since (inclusive), until
    (exclusive): when they were received; text: in number, address or what was said.
    """
    incidents = access.visible_incidents(actor, Incident.objects.all())
    for key, column in (("station", "station"), ("category", "category"), ("status", "status")):
        if key in wanted:
            incidents = incidents.filter(**{f"{column}__in": wanted[key]})
    if "priority" in wanted:
        incidents = incidents.filter(priority__in=wanted["priority"])
    if "group" in wanted:
        codes = [code for code, category in categories().items() if category.group in wanted["group"]]
        incidents = incidents.filter(category__in=codes)
    if wanted.get("open") is not None:
        still_open = Q(status__in=sorted(OPEN))
        incidents = incidents.filter(still_open if wanted["open"] else ~still_open)
    if "since" in wanted:
        incidents = incidents.filter(reported_at__gte=wanted["since"])
    if "until" in wanted:
        incidents = incidents.filter(reported_at__lt=wanted["until"])
    if wanted.get("text"):
        text = wanted["text"]
        incidents = incidents.filter(
            Q(number__contains=text) | Q(address__icontains=text) | Q(summary__icontains=text)
        )
    return incidents


def incident_rows(keys: list[int]) -> list[dict[str, Any]]:
    """The board's rows of the incidents with these keys, newest first. One query."""
    return board.incident_rows(Incident.objects.filter(pk__in=keys))[::-1]


def incident_row_as_filed(incident: Incident) -> dict[str, Any]:
    """The board's row of an incident filed this moment, from what is in hand. No query."""
    place = territory().place(incident.grid_id)
    return {
        "number": incident.number,
        "version": incident.version,
        "status": incident.status,
        "priority": incident.priority,
        "category": incident.category_id,
        "summary": incident.summary,
        "address": incident.address,
        "lat": incident.lat,
        "lon": incident.lon,
        "grid": place.grid_code,
        "station": incident.station_id,
        "community": place.community or None,
        "outside": incident.outside_district,
        "reported_at": incident.reported_at,
        "stage": incident.stage,
        "stage_since": incident.stage_since,
        "limit_at": incident.limit_at,
        "updated_at": incident.updated_at,
        "reinforcement": "",
        "reinforcement_at": None,
        "offered_to": None,
        "offered_at": None,
        "escalation": None,
        "assignments": [],
    }


def incident_detail(actor: Any, incident: Incident) -> dict[str, Any]:
    """The board's row and what only the detail shows: times, outcome, masked caller, all assignments, what may be done.

    `assignments` holds ended ones too, each with its times and its `can`. Three queries, and one where nobody called first.
    """
    (row,) = board.incident_rows(Incident.objects.filter(pk=incident.pk))
    return {
        **row,
        "times": {name: getattr(incident, name) for name in _TIMES},
        "outcome": incident.outcome,
        "point": {"system": incident.point_system, "given": incident.point_given},
        "merged_into": incident.merged_into.number if incident.merged_into else None,
        "split_from": incident.split_from.number if incident.split_from else None,
        "caller": {"name": mask_name(incident.caller_name), "phone": mask_phone(incident.caller_phone)},
        "filed_by": incident.created_by.name if incident.created_by else None,
        "assignments": assignment_rows(actor, incident),
        "can": incident_verbs(actor, incident),
        "hazards": hazards_at(incident.lat, incident.lon, incident.address),
    }


def incident_verbs(actor: Any, incident: Incident) -> dict[str, bool]:
    """{verb: possible now} for `actor`, who sees the incident. One query, two where nobody called first; the escalation at hand."""
    can = {
        verb: access.rule_for(move).allows(actor) and incident.status in move.sources
        for verb, move in INCIDENT_MOVES.items()
    }
    escalation = incident.escalation
    can["take_over"] = bool(can["take_over"] and escalation and escalation.owner_id is None)
    can["snooze"] = bool(
        can["snooze"]
        and escalation
        and escalation.owner_id in {None, getattr(actor, "pk", None)}
        and escalation.level <= access.level_of(actor)
    )
    can["decline_reinforcement"] = can["decline_reinforcement"] and bool(incident.reinforcement)
    pending = incident.handovers.filter(state=Handover.State.OFFERED).first()
    can["hand_over"] = can["hand_over"] and pending is None
    can["take_in"] = bool(can["take_in"] and pending and access.may_answer_for(actor, pending.taker_id))
    can["note"] = access.NOTE.allows(actor)
    can["reveal"] = access.REVEAL.allows(actor) and (
        bool(incident.caller_name or incident.caller_phone) or incident.further_callers.exists()
    )
    return can


def assignment_rows(actor: Any, incident: Incident) -> list[dict[str, Any]]:
    """All assignments of an incident in the order they were made, ended ones too. One query."""
    found = incident.assignments.select_related("unit", "officer").order_by("id")
    return [assignment_row(actor, assignment) for assignment in found]


def assignment_row(actor: Any, assignment: Assignment) -> dict[str, Any]:
    """One assignment as the detail shows it. Reads `unit` and `officer`; no query where they are at hand."""
    mine = access.may_act_on_assignment(actor, assignment)
    return {
        "id": assignment.pk,
        "unit": assignment.unit_id,
        "label": assignment.label,
        "organisation": assignment.party.organisation_id,
        "step": assignment.step,
        "at": getattr(assignment, _TIME_OF_STEP[Step(assignment.step)]),
        "active": assignment.active,
        "claimed": assignment.claimed,
        "times": {name: getattr(assignment, name) for name in _ASSIGNMENT_TIMES},
        "outcome": assignment.outcome,
        "can": {
            verb: mine and access.rule_for(move).allows(actor) and assignment.step in move.sources
            for verb, move in ASSIGNMENT_MOVES.items()
        },
    }


def attachment_rows(incident: Incident) -> list[dict[str, Any]]:
    """The files of an incident in the order they came. One query."""
    return [
        {
            "id": row.pk,
            "name": row.name,
            "kind": row.kind,
            "size": row.size,
            "at": row.at,
            "by": row.uploaded_by.name,
            "url": f"/api/incidents/{incident.number}/attachments/{row.pk}/",
        }
        for row in incident.attachments.select_related("uploaded_by")
    ]


def timeline_rows(incident: Incident) -> list[dict[str, Any]]:
    """The story of an incident in order, each entry with its sentence in the reader's language. One query."""
    return [
        {
            "version": entry.version,
            "at": entry.at,
            "code": entry.code,
            "actor": entry.actor_name or None,
            "text": actions.describe(entry.code, entry.data),
            "data": entry.data,
        }
        for entry in incident.timeline.order_by("version")
    ]
