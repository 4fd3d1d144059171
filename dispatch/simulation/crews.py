"""The simulated crews: they accept, set out, arrive and report, for whoever sends them; people's steps stay people's."""

from collections.abc import Iterator
from datetime import timedelta

from dispatch.lifecycle import Step
from dispatch.models import TimelineEntry
from dispatch.services.assignment import assignment_advance

from .actors import Actors
from .chance import Dice
from .desk import Act
from .picture import OrderNow, Picture
from .scenes import Scenes

_ACCEPT_SECONDS = (3, 11)
_ACCEPT_FROM_PEOPLE = (10, 20)
"""Seconds. Longer, so that somebody who plays the crew has the time to be sooner."""
_DEPART_SECONDS = (6, 22)
_REPORT_SECONDS = (100, 400)
_THERE_M = 30.0
_WITHOUT_PLACE_SECONDS = (90, 240)
"""The drive to an incident that has no point."""
_LOST_AFTER = timedelta(minutes=25)

_STEP_CODES = {
    Step.ACCEPTED: ("unit.accepted", "incident.claimed"),
    Step.EN_ROUTE: ("unit.departed",),
    Step.ON_SCENE: ("unit.arrived",),
}


class Crews:
    """All units on duty."""

    def __init__(self, actors: Actors, scenes: Scenes, dice: Dice) -> None:
        self._actors, self._scenes, self._dice = actors, scenes, dice
        self._of_people: set[int] = set()
        self._checked: set[tuple[int, str]] = set()

    def acts(self, picture: Picture) -> Iterator[Act]:
        """The next step of every order, due or not."""
        for order in picture.orders:
            if not order.by_program and order.key not in self._of_people:
                yield self._next(order)

    def _next(self, order: OrderNow) -> Act:
        verb, seconds = self._verb(order)
        due = order.since + timedelta(seconds=seconds)
        if verb == "arrive" and not self._is_there(order):
            due = max(due, order.since + _LOST_AFTER)
        return due, f"{verb} {order.key}", lambda: self._advance(order, verb)

    def _verb(self, order: OrderNow) -> tuple[str, float]:
        what = (order.step, order.key)
        if order.step == Step.DISPATCHED:
            wait = _ACCEPT_SECONDS if order.by_us else _ACCEPT_FROM_PEOPLE
            return "accept", self._dice.seconds(*wait, *what)
        if order.step == Step.ACCEPTED:
            return "depart", self._dice.seconds(*_DEPART_SECONDS, *what)
        if order.step == Step.EN_ROUTE:
            placed = order.incident.spot is not None
            return "arrive", 0.0 if placed else self._dice.seconds(*_WITHOUT_PLACE_SECONDS, *what)
        return "report", self._dice.seconds(*_REPORT_SECONDS, *what)

    def _is_there(self, order: OrderNow) -> bool:
        spot = order.incident.spot
        return spot is None or (order.unit.spot is not None and order.unit.spot.metres_to(spot) <= _THERE_M)

    def _advance(self, order: OrderNow, verb: str) -> None:
        if self._is_of_people(order):
            return
        chance = self._dice.of("outcome", order.incident.number)
        outcome = self._scenes.outcome(order.incident.category, chance) if verb == "report" else ""
        assignment_advance(
            actor=self._actors.crew(order.unit.organisation),
            number=order.incident.number,
            assignment=order.key,
            verb=verb,
            outcome=outcome,
        )

    def _is_of_people(self, order: OrderNow) -> bool:
        """Whether a person took the step this order is at, and so plays the crew. One query, once per step."""
        codes = _STEP_CODES.get(Step(order.step))
        if codes is None or (order.key, order.step) in self._checked:
            return False
        entry = (
            TimelineEntry.objects.filter(
                incident=order.incident.key, code__in=codes, data__assignment=order.key
            )
            .select_related("actor")
            .last()
        )
        self._checked.add((order.key, order.step))
        if entry is None or entry.actor is None or self._actors.is_ours(entry.actor.username):
            return False
        self._of_people.add(order.key)
        return True
