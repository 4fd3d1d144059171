"""What the board shows: one builder of rows for the snapshot and for every event, narrowed by scope."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, get_args

from django.conf import settings
from django.db.models import BooleanField, Case, ExpressionWrapper, F, FilteredRelation, Q, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from boshan_police.kernel import clock
from boshan_police.kernel.compiled import CompiledQuery
from dispatch import access
from dispatch.lifecycle import ACTIVE_STEPS, OPEN, Step
from dispatch.models import Assignment, Handover, Incident, Notice
from grid.access import Scope, ScopeKind
from patrol.models import Unit
from patrol.selectors import unit as patrol_units
from patrol.selectors.unit import units_in

from .health import read_health

_INCIDENT_COLUMNS = {
    "number": "number",
    "version": "version",
    "status": "status",
    "priority": "priority",
    "category": "category_id",
    "summary": "summary",
    "address": "address",
    "lat": "lat",
    "lon": "lon",
    "grid": "grid__code",
    "station": "station_id",
    "community": "grid__community",
    "outside": "outside_district",
    "reported_at": "reported_at",
    "stage": "stage",
    "stage_since": "stage_since",
    "limit_at": "limit_at",
    "updated_at": "updated_at",
    "reinforcement": "reinforcement",
    "reinforcement_at": "reinforcement_at",
    "offered_to": "offer__taker_id",
    "offered_at": "offer__offered_at",
}
_ESCALATION_COLUMNS = {
    "level": "escalation__level",
    "stage": "escalation__stage",
    "raised_at": "escalation__raised_at",
    "owner": "escalation__owner__name",
    "owner_username": "escalation__owner__username",
    "next_level": "escalation__next_level",
    "next_at": "escalation__next_at",
    "snoozed_until": "escalation__snoozed_until",
}
_STEP_AT = Case(
    When(active__step=Step.ACCEPTED, then=F("active__accepted_at")),
    When(active__step=Step.EN_ROUTE, then=F("active__departed_at")),
    When(active__step=Step.ON_SCENE, then=F("active__arrived_at")),
    default=F("active__dispatched_at"),
)
_ASSIGNMENT_COLUMNS: dict[str, Combinable] = {
    "id": F("active__id"),
    "unit": F("active__unit_id"),
    "label": Coalesce("active__unit__call_sign", "active__officer__name"),
    "step": F("active__step"),
    "at": _STEP_AT,
}
_ESCALATION_FROM = len(_INCIDENT_COLUMNS)
_ASSIGNMENT_FROM = _ESCALATION_FROM + len(_ESCALATION_COLUMNS)
_IS_ACTIVE = Q(assignments__step__in=sorted(ACTIVE_STEPS))


def open_incidents(scope: Scope) -> QuerySet[Incident]:
    """The open incidents that `scope` sees: all; or those of its station or with an active unit or officer of its own."""
    return Incident.objects.filter(_shown_to(scope))


def incident_rows(incidents: QuerySet[Incident]) -> list[dict[str, Any]]:
    """The board's rows of `incidents` (docs/architecture.md, *The board's row*), oldest first.

    One query, so that a row and its assignments are of one instant.
    """
    return _rows_from(_incident_values(incidents))


def incident_row(key: int) -> dict[str, Any]:
    """The board's row of one incident by primary key. One query."""
    (row,) = _rows_from(_ONE_INCIDENT.rows(key))
    return row


def unit_rows(units: QuerySet[Unit]) -> list[dict[str, Any]]:
    """The board's rows of `units`, by id, each with the number of the incident it is on. One query."""
    return patrol_units.rows_from(_unit_values(units))


def unit_row(key: int) -> dict[str, Any]:
    """The board's row of one unit by primary key. One query."""
    (row,) = patrol_units.rows_from(_ONE_UNIT.rows(key))
    return row


def unseen_notices(user: Any) -> list[str]:
    """The numbers of the incidents that still ring for `user`: told, not seen, not ended, owned by nobody. One query."""
    return list(
        Notice.objects.filter(
            recipient=user,
            seen_at__isnull=True,
            escalation__ended_at__isnull=True,
            escalation__owner__isnull=True,
        )
        .order_by("escalation__incident__number")
        .values_list("escalation__incident__number", flat=True)
        .distinct()
    )


def snapshot(user: Any, scope: Scope, *, redis: bool) -> dict[str, Any]:
    """All that the board of `user` shows (docs/architecture.md, *The board's row*). Five queries."""
    return {
        "at": clock.now(),
        "scope": {"kind": scope.kind, "organisation": scope.organisation},
        "incidents": _rows_from(_OPEN_OF[scope.kind].rows(scope.organisation or "")),
        "units": patrol_units.rows_from(_UNITS_OF[scope.kind].rows(scope.organisation or "")),
        "notices": unseen_notices(user),
        "health": read_health(redis=redis),
    }


def heartbeat(scope: Scope, *, health: Mapping[str, Any]) -> dict[str, Any]:
    """What the server holds for `scope`, and what of it changed in the last seconds. Three queries.

    `left` names incidents that are off the board of `scope`, ended or no longer its own.
    """
    now = clock.now()
    since = now - timedelta(seconds=settings.LIVE_HEARTBEAT_WINDOW_SECONDS)
    changed: dict[str, list[Any]] = {"incidents": [], "left": []}
    for number, version, shown in (
        Incident.objects.filter(_ever_shown_to(scope), updated_at__gte=since)
        .annotate(shown=ExpressionWrapper(_shown_to(scope), output_field=BooleanField()))
        .order_by("id")
        .values_list("number", "version", "shown")
    ):
        changed["incidents" if shown else "left"].append((number, version))
    changed["units"] = list(
        units_in(scope).filter(updated_at__gte=since).order_by("id").values_list("id", "version")
    )
    return {
        "type": "heartbeat",
        "at": now,
        "window": settings.LIVE_HEARTBEAT_WINDOW_SECONDS,
        "changed": changed,
        "open": open_incidents(scope).count(),
        "health": health,
    }


def _incident_values(incidents: QuerySet[Incident]) -> "QuerySet[Incident, tuple[Any, ...]]":
    """An incident comes once per active assignment."""
    return (
        incidents.annotate(
            active=FilteredRelation("assignments", condition=_IS_ACTIVE),
            offer=FilteredRelation("handovers", condition=Q(handovers__state=Handover.State.OFFERED)),
        )
        .order_by("id", "active__id")
        .values_list(
            *_INCIDENT_COLUMNS.values(), *_ESCALATION_COLUMNS.values(), *_ASSIGNMENT_COLUMNS.values()
        )
    )


def _rows_from(found: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    number = None
    for values in found:
        if values[0] != number:
            number = values[0]
            row = dict(zip(_INCIDENT_COLUMNS, values, strict=False))
            escalation = values[_ESCALATION_FROM:_ASSIGNMENT_FROM]
            row["escalation"] = (
                None if escalation[0] is None else dict(zip(_ESCALATION_COLUMNS, escalation, strict=True))
            )
            row["assignments"] = []
            rows.append(row)
        assignment = values[_ASSIGNMENT_FROM:]
        if assignment[0] is not None:
            row["assignments"].append(dict(zip(_ASSIGNMENT_COLUMNS, assignment, strict=True)))
    return rows


def _unit_values(units: QuerySet[Unit]) -> "QuerySet[Unit, tuple[Any, ...]]":
    on = units.annotate(active=FilteredRelation("assignments", condition=_IS_ACTIVE)).order_by("id")
    return patrol_units.unit_values(on, incident=F("active__incident__number"))


_ONE_INCIDENT = CompiledQuery(lambda key: _incident_values(Incident.objects.filter(pk=key)))
_ONE_UNIT = CompiledQuery(lambda key: _unit_values(Unit.objects.filter(pk=key)))
_NO_ORGANISATION = "none of ours"


def _open_of(kind: ScopeKind) -> CompiledQuery:
    return CompiledQuery(lambda code: _incident_values(open_incidents(Scope(kind, code))), _NO_ORGANISATION)


def _units_of(kind: ScopeKind) -> CompiledQuery:
    return CompiledQuery(lambda code: _unit_values(units_in(Scope(kind, code))), _NO_ORGANISATION)


_OPEN_OF = {kind: _open_of(kind) for kind in get_args(ScopeKind)}
_UNITS_OF = {kind: _units_of(kind) for kind in get_args(ScopeKind)}


def _shown_to(scope: Scope) -> Q:
    """Incidents on the board of `scope`."""
    is_open = Q(status__in=sorted(OPEN))
    if scope.kind == "district":
        return is_open
    active = _incidents_worked_by(scope.organisation).filter(step__in=sorted(ACTIVE_STEPS))
    offered = Handover.objects.filter(taker=scope.organisation, state=Handover.State.OFFERED)
    return is_open & _of_station_or(scope, active, offered)


def _ever_shown_to(scope: Scope) -> Q:
    """Incidents that may have been on the board of `scope`."""
    if scope.kind == "district":
        return Q()
    worked = _incidents_worked_by(scope.organisation)
    return _of_station_or(scope, worked, access.handed_to_or_by(scope.organisation))


def _of_station_or(scope: Scope, worked: QuerySet[Assignment], handed: QuerySet[Handover]) -> Q:
    ours = Q(pk__in=worked)
    if scope.kind == "own":
        return ours
    return ours | Q(station=scope.organisation) | Q(pk__in=handed.values("incident"))


def _incidents_worked_by(organisation: str | None) -> QuerySet[Assignment, Any]:
    """Keys of incidents that a unit or an officer of `organisation` was sent to, for use as a subquery."""
    ours = Q(unit__organisation=organisation) | Q(officer__organisation=organisation)
    return Assignment.objects.filter(ours).values("incident")
