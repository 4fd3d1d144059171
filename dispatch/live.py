"""Live events of `dispatch`: whom each concerns. Rows are read inside the transaction and sent after commit."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models.functions import Coalesce

from boshan_police.kernel import clock, live
from boshan_police.kernel.compiled import CompiledQuery
from boshan_police.kernel.instant import one_instant
from boshan_police.kernel.rendering import to_json
from dispatch.lifecycle import ACTIVE_STEPS
from dispatch.models import Assignment, Escalation, Handover, Incident, Watch
from dispatch.selectors import board, health
from grid.access import Scope, scope_of
from grid.credentials import Credential, credentials_refused
from grid.models import User
from patrol.live import topics_of
from patrol.models import Unit


def incident_filed(incident: Incident, row: Mapping[str, Any], *, event: str) -> set[str]:
    """Tell the boards of an incident just saved for the first time; returns the topics told. No query."""
    topics = _topics(incident, ())
    live.publish(topics, {"type": "incident", "event": event, **row})
    return topics


def incident_changed(incident: Incident, row: Mapping[str, Any], *, event: str) -> set[str]:
    """Tell the boards the `row` of `incident` as saved, `event` being the timeline code of the act; returns the topics told. Two queries.

    District, station and the organisations at work get the row. An organisation that has no active unit on it any
    more is only told that it `left` its board, with no word of what is in it.
    """
    active, ended = _organisations_of(incident)
    shown = _topics(incident, active)
    live.publish(shown, {"type": "incident", "event": event, **row})
    left = {live.organisation_topic(code) for code in ended} - shown
    if left:
        known = {key: row[key] for key in ("number", "version", "status", "station")}
        live.publish(left, {"type": "incident", "event": event, **known, "left": True})
    return shown


def unit_changed(unit: Unit) -> None:
    """Tell the boards of `unit` as saved, with the incident it is on. One query."""
    row = board.unit_row(unit.pk)
    live.publish(topics_of(row), {"type": "unit", **row})


def units_changed(units: Iterable[int]) -> None:
    """The same for many at once, by key. One query."""
    for row in board.unit_rows(Unit.objects.filter(pk__in=list(units))):
        live.publish(topics_of(row), {"type": "unit", **row})


def units_moved(units: Iterable[int]) -> None:
    """The same for positions alone: of each unit the newest row, at most once a second. One query and one frame."""
    live.publish_latest(
        live.Latest(f"unit:{row['id']}", row["version"], topics_of(row), {"type": "unit", **row})
        for row in board.unit_rows(Unit.objects.filter(pk__in=list(units)))
    )


def escalation_changed(
    escalation: Escalation, *, state: str, recipients: Iterable[str], topics: Iterable[str]
) -> None:
    """Tell `topics`, those of the incident's row, that `escalation` was `raised`, `taken_over` or `ended`. No query.

    `recipients` are user names: their screens ring.
    """
    live.publish(
        topics,
        {
            "type": "escalation",
            "number": escalation.incident.number,
            "level": escalation.level,
            "stage": escalation.stage,
            "state": state,
            "raised_at": escalation.raised_at,
            "owner": escalation.owner.name if escalation.owner else None,
            "recipients": sorted(recipients),
        },
    )


def mentioned(incident: Incident, people: Iterable[User]) -> None:
    """Tell the screens of `people` that a note about `incident` names them; what it says is asked for over HTTP. No query."""
    people = list(people)
    topics = {topic for person in people for topic in scope_of(person).topics}
    recipients = sorted(person.username for person in people)
    live.publish(topics, {"type": "mention", "number": incident.number, "recipients": recipients})


def watch_changed(watch: Watch, *, event: str) -> None:
    """Tell whoever reads its log that `watch` has moved on: entry, signed_out, signed_in. No query."""
    topics = {live.DISTRICT, live.organisation_topic(watch.organisation_id)}
    live.publish(
        topics, {"type": "watch", "event": event, "watch": watch.pk, "organisation": watch.organisation_id}
    )


_ORDERS = CompiledQuery(
    lambda key: Assignment.objects.filter(incident_id=key).values_list(
        "step", Coalesce("unit__organisation_id", "officer__organisation_id")
    )
)


_HANDOVERS = CompiledQuery(
    lambda key: Handover.objects.filter(incident_id=key).values_list("state", "giver_id", "taker_id")
)


class BoardSource:
    """What the hub tells the boards every few seconds, per scope (`kernel.hub.Source`)."""

    def heartbeats(self, groups: set[Scope], *, redis: bool) -> dict[Scope, str]:
        """All of one instant: what changed, what left and how many are open agree. Three queries per scope and four for all."""
        with one_instant():
            state = health.read_health(redis=redis)
            return {scope: to_json(board.heartbeat(scope, health=state)).decode() for scope in groups}

    def refused(self, credentials: set[Credential]) -> dict[Credential, int]:
        return credentials_refused(credentials)

    def blind_heartbeat(self, *, redis: bool) -> str:
        """Proves the connection and nothing else: a board must count its age from the last one that could see."""
        return to_json(
            {
                "type": "heartbeat",
                "at": clock.now(),
                "window": settings.LIVE_HEARTBEAT_WINDOW_SECONDS,
                "changed": {"incidents": [], "left": [], "units": []},
                "open": None,
                "health": health.blind_health(redis=redis),
            }
        ).decode()


def _topics(incident: Incident, organisations: Iterable[str]) -> set[str]:
    codes = {incident.station_id, *organisations}
    return {live.DISTRICT} | {live.organisation_topic(code) for code in codes if code is not None}


def _organisations_of(incident: Incident) -> tuple[set[str], set[str]]:
    """The codes of the organisations that have to do with it now, and of those that had. Two queries.

    Now: with an active assignment, or asked to take it in. `ended` may name some of those too.
    """
    active: set[str] = set()
    ended: set[str] = set()
    for step, code in _ORDERS.rows(incident.pk):
        (active if step in ACTIVE_STEPS else ended).add(code)
    for state, giver, taker in _HANDOVERS.rows(incident.pk):
        (active if state == Handover.State.OFFERED else ended).add(taker)
        ended.add(giver)
    return active, ended - {None}
