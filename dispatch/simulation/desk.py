"""The desk of the simulated command centre: sends units, settles false alarms, closes. Only its own incidents."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from dispatch.lifecycle import Status
from dispatch.models import Category, TimelineEntry
from dispatch.selectors.category import categories
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_claim, incident_close, incident_file, incident_invalidate

from .actors import USERNAME, Actors
from .chance import Dice
from .picture import IncidentNow, Picture
from .reach import best_police, nearest_guards, seconds_to
from .scenes import Call, Scenes

Act = tuple[datetime, str, Callable[[], object]]
"""When it is due, what it is (for resting after a failure), what to do."""

_ANSWER_SECONDS = {1: (4, 11), 2: (6, 20), 3: (10, 45), 4: (15, 70)}
_LATE_TIMES_LIMIT = (1.2, 2.6)
"""When nobody answers at first: the answer comes after so many times the limit."""
_FALSE_ALARMS = 0.06
_CLAIMED_BY_STATION = 0.35
_GUARDS_HELP = 0.4
_GUARDS_WITHIN_M = 1200.0
_CLOSE_SECONDS = (10, 40)
_CLOSE_AFTER_PEOPLE = 240.0
"""Seconds. Somebody practises on it: time to close it themselves."""


class Desk:
    """`late_share` is how many of the calls nobody answers at first."""

    def __init__(self, actors: Actors, scenes: Scenes, dice: Dice, *, late_share: float) -> None:
        self._actors, self._scenes, self._dice = actors, scenes, dice
        self._late_share = late_share
        self._late: set[str] = set()

    def file(self, call: Call, *, late: bool = False) -> str:
        """Take a call; its number. `late` is one that nobody answers at first."""
        filed = incident_file(
            actor=self._actors.desk,
            category=call.category,
            priority=call.priority,
            summary=call.summary,
            address=call.address,
            lat=call.spot.lat,
            lon=call.spot.lon,
            caller_name=call.caller_name,
            caller_phone=call.caller_phone,
        )
        if late:
            self._late.add(filed.incident.number)
        return filed.incident.number

    def acts(self, picture: Picture) -> Iterator[Act]:
        """What the desk has to do with its open incidents, due or not."""
        for incident in picture.incidents.values():
            if not incident.ours:
                continue
            if incident.status == Status.REPORTED and incident.key not in picture.worked_on:
                yield self._answer(incident, picture)
            elif incident.status == Status.REPORTED_BACK:
                yield self._close(incident)

    def _answer(self, incident: IncidentNow, picture: Picture) -> Act:
        what = ("answer", incident.number, incident.generation)
        chance = self._dice.of(*what)
        seconds = chance.uniform(*_ANSWER_SECONDS[incident.priority])
        is_late = incident.number in self._late or (
            incident.generation == 1 and chance.random() < self._late_share
        )
        if is_late and incident.limit_at:
            seconds = (incident.limit_at - incident.since).total_seconds() * chance.uniform(
                *_LATE_TIMES_LIMIT
            )
        due = incident.since + timedelta(seconds=seconds)
        if not is_late and incident.priority > 1 and chance.random() < _FALSE_ALARMS:
            return due, f"answer {incident.number}", lambda: self._invalidate(incident)
        return due, f"answer {incident.number}", lambda: self.send(incident, picture)

    def _invalidate(self, incident: IncidentNow) -> None:
        incident_invalidate(
            actor=self._actors.desk,
            number=incident.number,
            reason=_("False alarm, settled on the phone"),
        )

    def send(self, incident: IncidentNow, picture: Picture) -> None:
        """Let the station claim it, or send the soonest unit, with guards where a crowd may gather."""
        chance = self._dice.of("send", incident.number, incident.generation)
        unit = best_police(picture, incident.spot, incident.category)
        if unit is None:
            return  # all are busy; the next look may find one
        own = best_police(picture, incident.spot, incident.category, of=incident.station or "")
        near_enough = (
            own and incident.spot and seconds_to(own, incident.spot) < 90 + seconds_to(unit, incident.spot)
        )
        if own and near_enough and chance.random() < _CLAIMED_BY_STATION:
            incident_claim(actor=self._actors.crew(own.organisation), number=incident.number, unit=own.key)
            return
        units = [unit.key]
        known = categories().get(incident.category)
        crowded = known is not None and known.group == Category.Group.PUBLIC_ORDER
        if incident.spot and crowded and chance.random() < _GUARDS_HELP:
            guards = nearest_guards(picture, incident.spot, within_m=_GUARDS_WITHIN_M)
            units += [guards.key] if guards else []
        assignment_create(actor=self._actors.desk, number=incident.number, units=units)

    def _close(self, incident: IncidentNow) -> Act:
        chance = self._dice.of("close", incident.number)
        due = incident.since + timedelta(seconds=chance.uniform(*_CLOSE_SECONDS))

        def close() -> None:
            if clock.now() < incident.since + timedelta(seconds=_CLOSE_AFTER_PEOPLE) and _people_acted(
                incident.key
            ):
                return
            outcome = self._scenes.outcome(incident.category, chance)
            incident_close(actor=self._actors.desk, number=incident.number, outcome=outcome)

        return due, f"close {incident.number}", close


def _people_acted(incident: int) -> bool:
    """Whether somebody who is no part of the simulation did something with it. One query."""
    return (
        TimelineEntry.objects.filter(incident=incident, actor__isnull=False)
        .exclude(actor__username__startswith=USERNAME)
        .exists()
    )
