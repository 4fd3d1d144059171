"""The board at the start: incidents of the last half hour at every place on their way, as if it had always run."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from dispatch.lifecycle import Step
from dispatch.models import Assignment
from dispatch.services.assignment import assignment_advance
from dispatch.services.incident import incident_cancel
from patrol.services.unit import Position, units_place

from .actors import Actors
from .desk import Desk
from .ground import Spot
from .picture import IncidentNow, look
from .reach import METRES_PER_SECOND, Kind, is_reachable
from .scenes import Scenes

OPEN_AT_LEAST = 12
"""With so many of its own still open from a moment ago, the simulation just goes on."""
STALE = timedelta(minutes=10)
_MOST_SECONDS_DRIVEN = 90.0


@dataclass(frozen=True)
class _Story:
    """How far one incident has come: seconds between its steps, the last of them until now."""

    steps: tuple[str, ...]
    seconds: tuple[tuple[float, float], ...]
    priorities: frozenset[int] = frozenset({1, 2, 3, 4})


_LOW = frozenset({3, 4})
_STORIES = (
    (2, _Story((), ((2, 15),), _LOW)),
    (2, _Story(("send",), ((6, 12), (1, 4)))),
    (2, _Story(("send", "accept"), ((6, 12), (4, 9), (2, 9)))),
    (5, _Story(("send", "accept", "depart"), ((6, 12), (4, 9), (8, 20), (15, 80)))),
    (6, _Story(("send", "accept", "depart", "arrive"), ((6, 12), (4, 9), (8, 20), (60, 150), (20, 330)))),
    (1, _Story(("send", "accept", "depart", "arrive", "report"), ((6, 12), (4, 9), (8, 20), (60, 150), (90, 300), (3, 9)))),
)  # fmt: skip


class Opening:
    """Done once, at the start; a few seconds."""

    def __init__(self, actors: Actors, scenes: Scenes, desk: Desk, chance: random.Random) -> None:
        self._actors, self._scenes, self._desk = actors, scenes, desk
        self._chance = chance

    def open(self) -> int:
        """Call off what an earlier run left standing, then fill the board. How many incidents were made."""
        left = [incident for incident in look(self._actors).incidents.values() if incident.ours]
        stale = [incident for incident in left if clock.now() - incident.since > STALE]
        for incident in stale:
            incident_cancel(
                actor=self._actors.desk, number=incident.number, reason=_("Left from an earlier simulation")
            )
        if len(left) - len(stale) >= OPEN_AT_LEAST:
            return 0
        now = clock.now()
        planned = [(self._times(story, now), story) for count, story in _STORIES for _again in range(count)]
        for times, story in sorted(planned, key=lambda plan: plan[0]):
            self._play(story, times)
        self._nobody_answers()
        return len(planned) + 1

    def _nobody_answers(self) -> None:
        """The one that will be late soon, so that a newcomer sees what late looks like."""
        with clock.at(clock.now() - timedelta(seconds=8)):
            picture = look(self._actors)
            call = self._scenes.call(
                self._chance,
                lambda spot, priority: is_reachable(picture, spot, priority),
                priorities=frozenset({1}),
            )
            self._desk.file(call, late=True)

    def _times(self, story: _Story, now: datetime) -> list[datetime]:
        """When it was filed and when each step was taken."""
        times = [now]
        for least, most in reversed(story.seconds):
            times.insert(0, times[0] - timedelta(seconds=self._chance.uniform(least, most)))
        return times[:-1]

    @transaction.atomic  # at once: a worker that saw it half way would escalate what has long been answered
    def _play(self, story: _Story, times: list[datetime]) -> None:
        picture = look(self._actors)
        call = self._scenes.call(
            self._chance,
            lambda spot, priority: is_reachable(picture, spot, priority),
            priorities=story.priorities,
        )
        with clock.at(times[0]):
            number = self._desk.file(call)
        if not story.steps:
            return
        (incident,) = [found for found in look(self._actors).incidents.values() if found.number == number]
        with clock.at(times[1]):
            self._desk.send(incident, picture)
        for verb, at in zip(story.steps[1:], times[2:], strict=True):
            self._step(incident, verb, at)
        self._place(incident, driven=(clock.now() - times[-1]).total_seconds())

    def _step(self, incident: IncidentNow, verb: str, at: datetime) -> None:
        """One step of all crews on the incident; a claim has been accepted already, which is no error."""
        for order in Assignment.objects.filter(incident=incident.key).select_related("unit"):
            with clock.at(at):
                assignment_advance(
                    actor=self._actors.crew(order.party.organisation_id),
                    number=incident.number,
                    assignment=order.pk,
                    verb=verb,
                    outcome=self._scenes.outcome(incident.category, self._chance) if verb == "report" else "",
                )

    def _place(self, incident: IncidentNow, driven: float) -> None:
        """Put its units where they would be by now."""
        now, scene = clock.now(), incident.spot
        positions = []
        for order in Assignment.objects.filter(incident=incident.key).select_related("unit"):
            unit = order.unit
            if scene is None or unit is None or unit.lat is None or unit.lon is None:
                continue
            if order.step in {Step.ON_SCENE, Step.REPORTED}:
                spot = scene
            elif order.step == Step.EN_ROUTE:
                metres = METRES_PER_SECOND[Kind(unit.kind)] * min(driven, _MOST_SECONDS_DRIVEN)
                spot = Spot(unit.lat, unit.lon).towards(scene, metres * 0.8)
            else:
                continue
            positions.append(Position(unit.pk, round(spot.lat, 6), round(spot.lon, 6), now))
        units_place(actor=self._actors.desk, positions=positions)
