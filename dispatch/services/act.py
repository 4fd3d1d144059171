"""One act on one incident: lock, change, tell the timeline, move the stage clock, tell the boards. All or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock, origin
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch import access, live, past
from dispatch.lifecycle import Move, Status, status_after
from dispatch.models import Escalation, Incident, Mention, Notice, TimelineEntry, Timer
from dispatch.selectors import board
from dispatch.selectors.incident import incident_row_as_filed
from grid.models import User

from .delivery import deliveries_queue
from .stage import stage_follow

_AT_ONCE = timedelta(seconds=1)
"""An entry written down later than this after what it tells is known since then, not since that."""
_FIRST_TIMES = ("dispatched_at", "accepted_at", "departed_at", "arrived_at")


class Act:
    """An incident under its lock, and what is to be written beside it. `acts_write` writes it."""

    def __init__(self, incident: Incident, actor: User | None) -> None:
        self.incident = incident
        self.actor = actor
        self.entries: list[TimelineEntry] = []
        self.timers: list[Timer] = []
        self.notices: list[Notice] = []
        self.mentions: list[Mention] = []
        self._told: list[tuple[Escalation, str, list[str]]] = []
        self._restart = False
        self._before = _columns(incident) if incident.pk else None  # None: the incident is being filed
        self._row: dict[str, Any] = {}

    def say(self, code: str, data: Mapping[str, Any] | None = None, *, at: datetime | None = None) -> None:
        """Append one entry. `at` is when it happened, where that is not now (a step kept by an offline phone)."""
        if self._before or self.entries:  # the first entry of a new incident is its version 1
            self.incident.version += 1
        now = clock.now()
        self.entries.append(
            TimelineEntry(
                incident=self.incident,
                version=self.incident.version,
                at=at or now,
                recorded_at=now if at and now - at > _AT_ONCE else None,
                code=code,
                actor=self.actor,
                actor_name=self.actor.name if self.actor else "",
                data={**(data or {}), **origin.facts()},
            )
        )

    def mention(self, label: str, people: Iterable[User]) -> None:
        """Let `people` know that the entry just said names them, as `label`; each once, the actor never."""
        known = {mention.recipient_id for mention in self.mentions} | {getattr(self.actor, "pk", None)}
        entry = self.entries[-1]
        self.mentions += [
            Mention(entry=entry, recipient=person, label=label) for person in people if person.pk not in known
        ]

    def plant(self, timer: Timer | None) -> None:
        """Save `timer` with the act."""
        if timer:
            self.timers.append(timer)

    def tell(self, escalation: Escalation, state: str, recipients: Iterable[User] = ()) -> None:
        """Let the boards know, after the incident's row, that `escalation` was raised, taken_over or ended."""
        self._told.append((escalation, state, [person.username for person in recipients]))

    def restart_stage(self) -> None:
        """Start the stage clock anew even if the stage stays the same."""
        self._restart = True

    def settle(self) -> None:
        """Let the incident follow its assignments: its status, and the first time each step was reached. One query."""
        incident = self.incident
        rows = list(incident.assignments.all())
        for field in _FIRST_TIMES:
            reached = [at for row in rows if (at := getattr(row, field))]
            setattr(incident, field, min(reached, default=None))
        present = [row for row in rows if row.created_at >= incident.life_began]
        status = status_after(row.step for row in present)
        if status == incident.status:
            return
        if status == Status.REPORTED_BACK:
            incident.reported_back_at = max(row.reported_at for row in present if row.reported_at)
        if status == Status.REPORTED:
            self.say("incident.requeued")
            self.restart_stage()
        incident.status = status

    def save(self) -> None:
        """Bring the stage in step and write the row: only the columns that changed."""
        moved = stage_follow(self.incident, restart=self._restart)
        if moved.ended:
            self.say("escalation.ended")
            self.tell(moved.ended, "ended")
        self.plant(moved.first)
        self.incident.updated_at = clock.now()
        if self._before is None:
            self.incident.save(force_insert=True)
        else:
            self.incident.save(update_fields=list(self._changed()))

    def _changed(self) -> dict[str, Any]:
        """{column: what it was} of the columns that differ now."""
        now = _columns(self.incident)
        return {name: was for name, was in (self._before or {}).items() if was != now[name]}

    def keep(self) -> None:
        """Read the board's row once, for the boards of now and for whoever looks back. One query, none for a new incident."""
        if self._before is None:
            self._row = incident_row_as_filed(self.incident)
        else:
            self._row = board.incident_row(self.incident.pk)
        self.entries[-1].board = past.kept(self._row, self._changed())

    def publish(self) -> None:
        """Hand the live events to the transaction; they leave on commit."""
        event = self.entries[0].code
        tell = live.incident_filed if self._before is None else live.incident_changed
        topics = tell(self.incident, self._row, event=event)
        for escalation, state, recipients in self._told:
            live.escalation_changed(escalation, state=state, recipients=recipients, topics=topics)
        if self.mentions:
            live.mentioned(self.incident, [mention.recipient for mention in self.mentions])


def acts_write(acts: Sequence[Act]) -> None:
    """Write acts on different incidents: at most six queries for all, beside those of each one's row and events.

    An act in which nothing was said writes nothing.
    """
    acts = [act for act in acts if act.entries]
    for act in acts:
        act.save()
    for act in acts:
        act.keep()
    TimelineEntry.objects.bulk_create([entry for act in acts for entry in act.entries])
    Mention.objects.bulk_create([mention for act in acts for mention in act.mentions])
    Timer.objects.bulk_create([timer for act in acts for timer in act.timers])
    deliveries_queue(Notice.objects.bulk_create([notice for act in acts for notice in act.notices]))
    for act in acts:
        act.publish()


@contextmanager
def act_on(number: str, *, actor: User, move: Move | None = None) -> Iterator[Act]:
    """Lock incident `number` for one act of `actor` and write what the block leaves.

    NotFound outside the actor's scope, Refused for the wrong role, Conflict `wrong_state` outside `move`'s states.
    """
    with acts_on(number, actor=actor, move=move) as (act,):
        yield act


@contextmanager
def acts_on(*numbers: str, actor: User, move: Move | None = None) -> Iterator[list[Act]]:
    """The same for several incidents, locked in the one order and written together; acts in the order of `numbers`."""
    if move:
        roles.require(actor, access.rule_for(move))
    with transaction.atomic():
        # Alone, without their escalations: PostgreSQL reads a locked row anew after waiting for it, but not the rows
        # joined to it, and two people would take the same escalation over.
        locked = Incident.objects.select_for_update(no_key=True).filter(number__in=numbers).order_by("pk")
        found = {incident.number: incident for incident in locked}
        acts = []
        for number in numbers:
            if number not in found:
                raise access.incident_not_found(number)
            access.require_incident(actor, found[number])
            if move and found[number].status not in move.sources:
                raise wrong_state(move, found[number])
            acts.append(Act(found[number], actor))
        yield acts
        acts_write(acts)


def reason_needed(reason: str, *, field: str = "reason") -> str:
    """`reason` without the space around it; Invalid where nothing is left."""
    if not reason.strip():
        raise Invalid("reason_missing", _("Give the reason."), field=field)
    return reason.strip()


def sooner(code: str, sentence: str, *, by: str, at: datetime, **details: Any) -> Conflict:
    """Somebody was: `sentence` gets their `name` and the `time`, to the second of the bureau's clock."""
    time = f"{at.astimezone(clock.zone()):%H:%M:%S}"
    return Conflict(code, sentence % {"name": by, "time": time}, details={"by": by, "at": at, **details})


def wrong_state(move: Move, incident: Incident) -> Conflict:
    """The state has moved on; says what it is now, so that a stale page can tell its reader."""
    return Conflict(
        "wrong_state",
        _("%(verb)s is not possible: incident %(number)s is “%(status)s”.")
        % {"verb": move.text, "number": incident.short_number, "status": incident.get_status_display()},
        details={"status": incident.status, "number": incident.number, "version": incident.version},
    )


def _columns(incident: Incident) -> dict[str, Any]:
    return {field.attname: getattr(incident, field.attname) for field in Incident._meta.concrete_fields}
