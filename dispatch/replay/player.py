"""Playing the acts of a log through the services, once each, however often the replay is broken off."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import clock, origin
from boshan_police.kernel.errors import Conflict, DomainError
from dispatch import live
from dispatch.models import Assignment, ReplayedRow
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.incident import incident_cancel, incident_claim, incident_close, incident_file
from grid.models import User
from grid.selectors.territory import territory
from patrol.services.unit import unit_place

from .crew import Crew
from .log import BadRow, LogRow
from .placement import Point
from .steps import LogStep, Verb, inferred_stamps, steps_of

_TRIES = 5
"""How many units are tried when others keep being sooner; then somebody goes in person."""
_ADVANCES = frozenset({Verb.ACCEPT, Verb.DEPART, Verb.ARRIVE, Verb.REPORT})


@dataclass
class _Playing:
    """How far a row has come."""

    replayed: ReplayedRow
    officer: User | None
    """Who started it himself; None for what was dispatched."""
    assignment: int | None = None


@dataclass
class Player:
    """One run of one log. `moved` holds the places in the district for foreign ones.

    `live` plays now, as it happens; else the clock is held at the log's instants.
    """

    source: str
    file_name: str
    crew: Crew
    moved: dict[Point, Point]
    live: bool = False
    speed: float = 1.0
    failed: list[BadRow] = field(default_factory=list)
    finished: int = 0
    in_person: int = 0
    _rows: dict[str, _Playing] = field(default_factory=dict)
    _given_up: set[str] = field(default_factory=set)

    def resume(self) -> int:
        """Take up what an earlier start of the same log left; how many rows it had finished. Two queries."""
        earlier = ReplayedRow.objects.filter(source=self.source).select_related("incident__created_by")
        orders = dict(
            Assignment.objects.filter(incident__in=earlier.filter(done=False).values("incident"))
            .order_by("-id")
            .values_list("incident", "id")
        )
        finished = 0
        for replayed in earlier:
            filer = replayed.incident.created_by
            own = filer if filer and filer.username != self.crew.dispatcher.username else None
            officer = self.crew.officer(own.organisation_id) if own else None
            self._rows[replayed.key] = _Playing(replayed, officer, orders.get(replayed.incident_id))
            finished += replayed.done
        return finished

    def has_played(self, step: LogStep) -> bool:
        playing = self._rows.get(step.row.key)
        return playing is not None and (playing.replayed.done or step.index < playing.replayed.played)

    def play(self, step: LogStep) -> None:
        """One act and its mark in one transaction. An act that is refused ends its row and is noted in `failed`."""
        row = step.row
        if row.key in self._given_up or self.has_played(step):
            return
        held: AbstractContextManager[Any] = nullcontext() if self.live else clock.at(step.at)
        try:
            with transaction.atomic(), held, origin.told_by(log=self._origin(step)):
                if step.verb is Verb.FILE:
                    playing = self._file(step)
                else:
                    playing = self._rows[row.key]
                    self._act(step, playing)
                self._mark(step, playing)
        except (DomainError, DataError, ValueError) as error:
            self._given_up.add(row.key)
            reason = str(error.message) if isinstance(error, DomainError) else str(error).strip()
            self.failed.append(BadRow(row.line, reason))
            return
        self._rows[row.key] = playing
        self.finished += playing.replayed.done

    def _mark(self, step: LogStep, playing: _Playing) -> None:
        last = len(steps_of(step.row)) - 1
        replayed = playing.replayed
        replayed.played, replayed.done = step.index + 1, step.index == last
        replayed.save()

    def _origin(self, step: LogStep) -> dict[str, Any]:
        """What the timeline says about where the entry is from."""
        row = step.row
        facts: dict[str, Any] = {"file": self.file_name, "line": row.line, "row": row.key}
        if step.inferred:
            facts["inferred"] = True
        if self.live:
            facts |= {"at": step.at.isoformat(), "speed": self.speed}
        if step.verb is Verb.FILE and self._place(row) != (row.lat, row.lon):
            facts["moved_from"] = [row.lat, row.lon]
        return facts

    def _place(self, row: LogRow) -> tuple[float | None, float | None]:
        if row.lat is None or row.lon is None:
            return None, None
        return self.moved.get((row.lat, row.lon), (row.lat, row.lon))

    def _file(self, step: LogStep) -> _Playing:
        row = step.row
        lat, lon = self._place(row)
        officer = None
        if row.self_initiated and any(step.verb is Verb.CLAIM for step in steps_of(row)):
            station = territory().locate(lat, lon).station if lat is not None and lon is not None else None
            officer = self.crew.officer(self.crew.station_near(lat, lon, station))
        waited = step.at - row.received
        filed = incident_file(
            actor=officer or self.crew.dispatcher,
            category=row.category,
            priority=row.priority,
            summary=row.summary,
            address=row.address,
            lat=lat,
            lon=lon,
            caller_name=row.caller_name,
            caller_phone=row.caller_phone,
            reported_at=clock.now() - waited / self.speed,
        )
        replayed = ReplayedRow(
            source=self.source,
            key=row.key,
            incident=filed.incident,
            inferred=inferred_stamps(row),
            note=_note(row, moved=(lat, lon) != (row.lat, row.lon)),
        )
        return _Playing(replayed, officer)

    def _act(self, step: LogStep, playing: _Playing) -> None:
        number = playing.replayed.incident.number
        actor = playing.officer or self.crew.dispatcher
        if step.verb in {Verb.DISPATCH, Verb.CLAIM}:
            playing.assignment = self._send(step.row, number, playing.officer)
        elif step.verb in _ADVANCES:
            self._advance(step, number, playing, actor)
        elif step.verb is Verb.CLOSE:
            incident_close(actor=actor, number=number, outcome=step.row.outcome)
        else:
            reason = (
                _("Closed in the log before anybody arrived")
                if step.verb is Verb.CALL_OFF
                else _("The log does not say how it ended")
            )
            incident_cancel(actor=self.crew.dispatcher, number=number, reason=reason)

    def _send(self, row: LogRow, number: str, officer: User | None) -> int:
        """The nearest free unit, or somebody in person where all are busy: no row is left without an answer."""
        lat, lon = self._place(row)
        for _attempt in range(_TRIES):
            unit = self.crew.nearest_unit(
                lat, lon, of_stations=[officer.organisation_id] if officer else None
            )
            if unit is None:
                break
            try:
                with transaction.atomic():
                    if officer:
                        return incident_claim(actor=officer, number=number, unit=unit.pk).pk
                    return assignment_create(actor=self.crew.dispatcher, number=number, units=[unit.pk])[0].pk
            except Conflict as conflict:
                if conflict.code != "unit_taken":
                    raise
        self.in_person += 1
        if officer:
            return incident_claim(actor=officer, number=number).pk
        (order,) = assignment_create(
            actor=self.crew.dispatcher, number=number, units=[], officers=[self.crew.dispatcher]
        )
        return order.pk

    def _advance(self, step: LogStep, number: str, playing: _Playing, actor: User) -> None:
        if playing.assignment is None:
            raise ValueError("nobody had been sent")
        outcome = step.row.outcome if step.verb is Verb.REPORT else ""
        taken = assignment_advance(
            actor=actor, number=number, assignment=playing.assignment, verb=step.verb, outcome=outcome
        )
        unit, (lat, lon) = taken.assignment.unit, self._place(step.row)
        if self.live and step.verb is Verb.ARRIVE and unit and lat is not None and lon is not None:
            unit_place(actor=self.crew.dispatcher, unit=unit, lat=lat, lon=lon, at=clock.now())
            live.unit_changed(unit)


def _note(row: LogRow, *, moved: bool) -> str:
    """What is not as in the log, for `ReplayedRow.note`."""
    verbs = {step.verb for step in steps_of(row)}
    said = [
        (moved, _("place moved into the district")),
        (Verb.END in verbs, _("no end in the log")),
        (Verb.CALL_OFF in verbs, _("closed without arrival")),
        (_contradicts_itself(row), _("stages out of order")),
        (bool(inferred_stamps(row)), _("inferred: %s") % ", ".join(inferred_stamps(row))),
    ]
    return "; ".join(text for holds, text in said if holds)[: ReplayedRow._meta.get_field("note").max_length]


def _contradicts_itself(row: LogRow) -> bool:
    stages = (
        row.received,
        row.dispatched,
        row.accepted,
        row.departed,
        row.arrived,
        row.reported_back,
        row.closed,
    )
    known = [at for at in stages if at]
    return known != sorted(known)
