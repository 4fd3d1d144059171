"""The life of an incident and of an assignment, as data: states, who moves them, what a move stamps.

reported → dispatched → accepted → en route → on scene → reported back → closed, with cancelled, invalid and merged
beside it. An incident's place on the way follows from its assignments (`status_after`); only filing, closing, cancelling
and reopening move it directly.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.access import CENTRE, Role


class Status(models.TextChoices):
    """Where an incident is."""

    REPORTED = "reported", _("Reported")
    DISPATCHED = "dispatched", _("Dispatched")
    ACCEPTED = "accepted", _("Accepted")
    EN_ROUTE = "en_route", _("En route")
    ON_SCENE = "on_scene", _("On scene")
    REPORTED_BACK = "reported_back", _("Reported back")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    INVALID = "invalid", _("Invalid")
    MERGED = "merged", _("Merged")


class Step(models.TextChoices):
    """Where one assignment is."""

    DISPATCHED = "dispatched", _("Dispatched")
    ACCEPTED = "accepted", _("Accepted")
    EN_ROUTE = "en_route", _("En route")
    ON_SCENE = "on_scene", _("On scene")
    REPORTED = "reported", _("Reported back")
    RELEASED = "released", _("Released")


class Stage(models.TextChoices):
    """What an open incident is waiting for; each has its clock."""

    UNCLAIMED = "unclaimed", _("Not accepted")
    NOT_DEPARTED = "not_departed", _("Not set out")
    NOT_ARRIVED = "not_arrived", _("Not on scene")
    NOT_REPORTED = "not_reported", _("Not reported back")


class Level(models.IntegerChoices):
    """Whom an escalation tells, rising."""

    STATION_COMMANDER = 1, _("Station duty commander")
    COMMAND_CENTRE = 2, _("Command centre")
    WATCH_COMMANDER = 3, _("Watch commander")


ROLE_OF_LEVEL = {
    Level.STATION_COMMANDER: Role.STATION_COMMANDER,
    Level.COMMAND_CENTRE: Role.DISPATCHER,
    Level.WATCH_COMMANDER: Role.WATCH_COMMANDER,
}
"""Whose accounts a level tells; of level 1 those of the incident's station."""

OPEN = frozenset(
    {
        Status.REPORTED,
        Status.DISPATCHED,
        Status.ACCEPTED,
        Status.EN_ROUTE,
        Status.ON_SCENE,
        Status.REPORTED_BACK,
    }
)
ENDED = frozenset(Status) - OPEN
ACTIVE_STEPS = frozenset({Step.DISPATCHED, Step.ACCEPTED, Step.EN_ROUTE, Step.ON_SCENE})

STAGE_OF: dict[str, Stage | None] = {
    Status.REPORTED: Stage.UNCLAIMED,
    Status.DISPATCHED: Stage.UNCLAIMED,
    Status.ACCEPTED: Stage.NOT_DEPARTED,
    Status.EN_ROUTE: Stage.NOT_ARRIVED,
    Status.ON_SCENE: Stage.NOT_REPORTED,
}
"""The clock that runs in a status; none once reported back or ended."""

_PROGRESS = [Step.DISPATCHED, Step.ACCEPTED, Step.EN_ROUTE, Step.ON_SCENE]
_STATUS_OF_STEP = {
    Step.DISPATCHED: Status.DISPATCHED,
    Step.ACCEPTED: Status.ACCEPTED,
    Step.EN_ROUTE: Status.EN_ROUTE,
    Step.ON_SCENE: Status.ON_SCENE,
}


def status_after(steps: Iterable[str]) -> Status:
    """The status of an open incident whose assignments are at `steps`.

    The furthest active unit leads; with none active it is reported back if any unit reported, else it is back in
    the queue.
    """
    present = set(steps)
    for step in reversed(_PROGRESS):
        if step in present:
            return _STATUS_OF_STEP[step]
    return Status.REPORTED_BACK if Step.REPORTED in present else Status.REPORTED


@dataclass(frozen=True)
class Move:
    """One verb: from which states, to which, by whom, which time it stamps, which action it writes."""

    verb: str
    text: str | Promise
    sources: frozenset[str]
    target: str | None
    roles: frozenset[Role]
    stamp: str | None
    code: str


@dataclass(frozen=True)
class CrewMove(Move):
    """One verb of an assignment: it always leads to a step and stamps a time."""

    target: str
    stamp: str


_CREW = CENTRE | {Role.STATION_COMMANDER, Role.STATION_OFFICER, Role.GUARD_LEADER}
_COMMAND = CENTRE | {Role.STATION_COMMANDER}

INCIDENT_MOVES = {
    move.verb: move
    for move in (
        Move("claim", _("Claim"), frozenset({Status.REPORTED, Status.DISPATCHED}), None,
             frozenset({Role.STATION_COMMANDER, Role.STATION_OFFICER}), None, "incident.claimed"),
        Move("dispatch", _("Dispatch"), OPEN, None, _COMMAND, "dispatched_at", "unit.dispatched"),
        Move("close", _("Close"), frozenset({Status.REPORTED_BACK}), Status.CLOSED,
             _COMMAND | {Role.STATION_OFFICER}, "closed_at", "incident.closed"),
        Move("cancel", _("Cancel"), OPEN, Status.CANCELLED, CENTRE, "closed_at", "incident.cancelled"),
        Move("invalidate", _("Mark invalid"), OPEN, Status.INVALID, CENTRE, "closed_at", "incident.invalidated"),
        Move("reopen", _("Reopen"), ENDED, Status.REPORTED, CENTRE, None, "incident.reopened"),
        Move("take_over", _("Take over"), OPEN, None, _COMMAND, None, "escalation.taken_over"),
        Move("snooze", _("Put the escalation off"), OPEN, None, _COMMAND, None, "escalation.snoozed"),
        Move("reinforce", _("Ask for reinforcement"), OPEN, None, _CREW, None, "reinforcement.asked"),
        Move("decline_reinforcement", _("Decline the reinforcement"), OPEN, None, _COMMAND, None, "reinforcement.declined"),
        Move("preempt", _("Pull a busy unit"), OPEN, None, _COMMAND, None, "unit.diverted"),
        Move("hand_over", _("Hand over"), OPEN, None, _COMMAND, None, "handover.offered"),
        Move("take_in", _("Take in what was handed over"), OPEN, None, _COMMAND | {Role.STATION_OFFICER}, None, "handover.accepted"),
        Move("merge", _("Merge"), OPEN, Status.MERGED, CENTRE, "closed_at", "incident.merged"),
        Move("split", _("Split"), OPEN, None, CENTRE, None, "incident.split"),
    )
}  # fmt: skip

ASSIGNMENT_MOVES = {
    move.verb: move
    for move in (
        CrewMove("accept", _("Accept"), frozenset({Step.DISPATCHED}), Step.ACCEPTED, _CREW, "accepted_at", "unit.accepted"),
        CrewMove("depart", _("Set out"), frozenset({Step.ACCEPTED}), Step.EN_ROUTE, _CREW, "departed_at", "unit.departed"),
        CrewMove("arrive", _("On scene"), frozenset({Step.EN_ROUTE}), Step.ON_SCENE, _CREW, "arrived_at", "unit.arrived"),
        CrewMove("report", _("Report back"), frozenset({Step.ON_SCENE}), Step.REPORTED, _CREW, "reported_at", "unit.reported"),
        CrewMove("release", _("Release"), ACTIVE_STEPS, Step.RELEASED, _CREW, "released_at", "unit.released"),
    )
}  # fmt: skip
