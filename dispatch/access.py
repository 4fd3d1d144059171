"""Who may see and do what with incidents. The roles of a move stand in `dispatch.lifecycle`; here they become rules.

A rule asks the role; scope is asked apart: a station sees its own ground and whatever its units were sent to, a guard
squadron only the latter, the district everything.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boshan_police.kernel.access import CENTRE, EVERYONE, STATION, Role, Rule
from boshan_police.kernel.errors import NotFound, Refused
from grid.access import DISTRICT_ROLES, scope_of
from grid.models import User
from patrol.models import Unit

from .lifecycle import ASSIGNMENT_MOVES, INCIDENT_MOVES, ROLE_OF_LEVEL, Move
from .models import Assignment, Escalation, Handover, Incident

_RULES = {
    move.code: Rule(f"{kind}.{move.verb}", move.text, move.roles)
    for kind, moves in (("incident", INCIDENT_MOVES), ("assignment", ASSIGNMENT_MOVES))
    for move in moves.values()
}


def rule_for(move: Move) -> Rule:
    """The rule of one verb of the lifecycle."""
    return _RULES[move.code]


SEE_BOARD = Rule("board.see", gettext_lazy("see the board"), EVERYONE)
SEE_INCIDENT = Rule("incident.see", gettext_lazy("see incidents"), EVERYONE)
REWIND = Rule("board.rewind", gettext_lazy("look back at the board"), CENTRE | {Role.STATION_COMMANDER})
FILE_INCIDENT = Rule("incident.file", gettext_lazy("file an incident"), CENTRE | STATION)
NOTE = Rule("incident.note", gettext_lazy("add a note"), CENTRE | STATION | {Role.GUARD_LEADER})
REVEAL = Rule("incident.reveal", gettext_lazy("see the caller's name and phone"), CENTRE | STATION)
SEE_PLACE_HISTORY = Rule(
    "place.history",
    gettext_lazy("see what happened at a place before"),
    CENTRE | STATION | {Role.GUARD_LEADER},
)
SILENCE = Rule("notice.see", gettext_lazy("silence one's own alarm"), EVERYONE)
STEP = Rule(
    "assignment.step",
    gettext_lazy("report a unit's steps"),
    frozenset().union(*(move.roles for move in ASSIGNMENT_MOVES.values())),
)
CLAIM = rule_for(INCIDENT_MOVES["claim"])
DISPATCH = rule_for(INCIDENT_MOVES["dispatch"])
CLOSE = rule_for(INCIDENT_MOVES["close"])
CANCEL = rule_for(INCIDENT_MOVES["cancel"])
INVALIDATE = rule_for(INCIDENT_MOVES["invalidate"])
REOPEN = rule_for(INCIDENT_MOVES["reopen"])
TAKE_OVER = rule_for(INCIDENT_MOVES["take_over"])
SNOOZE = rule_for(INCIDENT_MOVES["snooze"])
REINFORCE = rule_for(INCIDENT_MOVES["reinforce"])
DECLINE_REINFORCEMENT = rule_for(INCIDENT_MOVES["decline_reinforcement"])
PREEMPT = rule_for(INCIDENT_MOVES["preempt"])
HAND_OVER = rule_for(INCIDENT_MOVES["hand_over"])
TAKE_IN = rule_for(INCIDENT_MOVES["take_in"])
MERGE = rule_for(INCIDENT_MOVES["merge"])
SPLIT = rule_for(INCIDENT_MOVES["split"])
SEE_WATCHES = Rule("watch.see", gettext_lazy("read the shift log"), CENTRE | STATION)
WRITE_LOG = Rule("watch.write", gettext_lazy("write in the shift log"), CENTRE | {Role.STATION_COMMANDER})
SIGN_WATCH = Rule(
    "watch.sign",
    gettext_lazy("sign the hand-over sheet"),
    frozenset({Role.WATCH_COMMANDER, Role.STATION_COMMANDER}),
)
SEE_POLICIES = Rule("policy.see", gettext_lazy("see the escalation policies"), CENTRE | {Role.ADMINISTRATOR})
MEND_DELIVERIES = Rule(
    "delivery.mend",
    gettext_lazy("send messages again that reached nobody"),
    frozenset({Role.WATCH_COMMANDER, Role.ADMINISTRATOR}),
)
FOLLOW_UP = Rule("followup.record", gettext_lazy("make follow-up calls"), CENTRE | {Role.STATION_COMMANDER})


# --- Scope of incidents -----------------------------------------------------------------------------


def visible_incidents(actor: Any, incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """`incidents` narrowed to what `actor` may see, ended ones included. No query of its own."""
    scope = scope_of(actor)
    if scope.kind == "district":
        return incidents
    worked = Q(pk__in=_worked_by(actor).values("incident"))
    if scope.kind == "own":
        return incidents.filter(worked)
    handed = Q(pk__in=handed_to_or_by(scope.organisation).values("incident"))
    return incidents.filter(worked | handed | Q(station=scope.organisation) | Q(created_by=actor))


def may_see(actor: Any, incident: Incident) -> bool:
    """The same rule for one incident; a query only where the answer isn't in the row."""
    scope = scope_of(actor)
    if scope.kind == "district":
        return True
    if scope.kind == "station" and (
        incident.station_id == scope.organisation or incident.created_by_id == actor.pk
    ):
        return True
    if _worked_by(actor).filter(incident=incident).exists():
        return True
    return scope.kind == "station" and handed_to_or_by(scope.organisation).filter(incident=incident).exists()


def readers_of(incident: Incident) -> QuerySet[User]:
    """The active accounts for whom `may_see` holds. Two queries, and the one that it is."""
    workers: set[str] = set()
    for order in incident.assignments.select_related("unit", "officer"):
        workers.add(order.party.organisation_id)
    sides = {incident.station_id}
    for row in incident.handovers.all():
        sides |= {row.giver_id, row.taker_id}
    ground = Q(organisation__in=sides - {None}) | Q(pk=incident.created_by_id)
    return User.objects.filter(
        Q(role__in=DISTRICT_ROLES)
        | Q(organisation__in=workers)
        | ground & ~Q(role=Role.GUARD_LEADER),  # whose scope is its own work only
        is_active=True,
    )


def require_incident(actor: Any, incident: Incident) -> None:
    """Raise `NotFound` outside the actor's scope, in the words of an incident that does not exist."""
    if not may_see(actor, incident):
        raise incident_not_found(incident.number)


def incident_not_found(number: str) -> NotFound:
    """The one answer for a number that is not there or not in the reader's scope."""
    return NotFound("not_found", _("There is no incident %(number)s in your area.") % {"number": number})


def level_of(actor: Any) -> int:
    """The escalation level at which `actor` is told; 0 for those who never are."""
    return next((level.value for level, role in ROLE_OF_LEVEL.items() if role == actor.role), 0)


def require_level(actor: Any, escalation: Escalation) -> None:
    """Raise `Refused` below the level that was told: nobody silences those above."""
    if level_of(actor) < escalation.level:
        raise Refused(
            "higher_level",
            _("%(level)s has been told; only that level or a higher one can put this off.")
            % {"level": escalation.get_level_display()},
            details={"level": escalation.level},
        )


def handed_to_or_by(organisation: str | None) -> QuerySet[Handover]:
    """Hand-overs of which `organisation` was one side, answered or not."""
    return Handover.objects.filter(Q(taker=organisation) | Q(giver=organisation))


def may_answer_for(actor: Any, taker: str) -> bool:
    """Whether `actor` says yes or no for organisation `taker`: its own people, or the command centre by phone."""
    return actor.role in CENTRE or actor.organisation_id == taker


def _worked_by(actor: Any) -> QuerySet[Assignment]:
    organisation = actor.organisation_id
    return Assignment.objects.filter(
        Q(unit__organisation=organisation) | Q(officer__organisation=organisation)
    )


# --- Units and crews ----------------------------------------------------------------------------------


def may_send(actor: Any, unit: Unit, *, claimed: bool = False) -> bool:
    """Whether `unit` is the actor's to send: any for the district, a station's own and the guards on its ground.

    A claim takes over the crew's own acceptance, so it is for the station's own units only.
    """
    if unit.organisation_id == actor.organisation_id:
        return True
    return not claimed and (scope_of(actor).kind == "district" or _commands_guards(actor, unit))


def sendable_units(actor: Any, units: QuerySet[Unit]) -> QuerySet[Unit]:
    """`units` narrowed by the same rule (without a claim). No query of its own."""
    if scope_of(actor).kind == "district":
        return units
    own = Q(organisation=actor.organisation_id)
    if actor.role == Role.STATION_COMMANDER:
        own |= Q(kind=Unit.Kind.GUARD, station=actor.organisation_id)
    return units.filter(own)


def require_unit(actor: Any, unit: Unit, *, claimed: bool = False) -> None:
    """Raise `Refused` for units that are not the actor's to send, naming whose they are."""
    if not may_send(actor, unit, claimed=claimed):
        raise Refused(
            "other_unit",
            _("%(unit)s belongs to %(organisation)s; only they or the command centre can send it.")
            % {"unit": unit.call_sign, "organisation": unit.organisation.label},
            field="unit" if claimed else "units",
            details={"unit": unit.pk},
        )


def may_act_on_assignment(actor: Any, assignment: Assignment) -> bool:
    """Whether `actor` speaks for this crew: its own organisation, or the command centre by radio.

    An officer who answers in person is spoken for by himself and his duty commander. Reads `unit` and `officer`.
    """
    if actor.role in CENTRE:
        return True
    party = assignment.party
    same = party.organisation_id == actor.organisation_id
    if isinstance(party, Unit):
        return same or _commands_guards(actor, party)
    return bool(assignment.officer_id == actor.pk or (actor.role == Role.STATION_COMMANDER and same))


def require_crew(actor: Any, assignment: Assignment) -> None:
    """Raise `Refused` for other people's crews, naming who can."""
    if not may_act_on_assignment(actor, assignment):
        raise Refused(
            "other_crew",
            _("Only %(label)s or the command centre can report this step.") % {"label": assignment.label},
            details={"assignment": assignment.pk, "label": assignment.label},
        )


def _commands_guards(actor: Any, unit: Unit) -> bool:
    return (
        actor.role == Role.STATION_COMMANDER
        and unit.kind == Unit.Kind.GUARD
        and unit.station_id == actor.organisation_id
    )


# --- Watches --------------------------------------------------------------------------------------------


def may_see_watches_of(actor: Any, organisation: str) -> bool:
    """One's own, and all for the command centre."""
    return actor.role in CENTRE or actor.organisation_id == organisation


def require_own_watch(actor: Any, organisation: str) -> None:
    """Raise `Refused` where `organisation` (a code) is not the actor's: nobody writes or signs for others."""
    if actor.organisation_id != organisation:
        raise Refused("other_watch", _("Only the organisation's own people write in its log and sign."))
