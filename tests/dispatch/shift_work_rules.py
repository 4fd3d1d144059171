"""Rules of the state machine: what a shift does beside the main job (reinforcement, pulling, hand-over, merge, split)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from dispatch.lifecycle import ACTIVE_STEPS, OPEN
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_create
from dispatch.services.handover import handover_accept, handover_decline, handover_offer
from dispatch.services.merging import incident_merge, incident_split
from dispatch.services.preemption import unit_preempt
from dispatch.services.reinforcement import reinforcement_ask, reinforcement_decline
from tests.world import EAST

incidents = Bundle("incidents")
COMMAND = st.sampled_from(["dispatcher", "east_commander", "south_commander", "east_officer"])


class ShiftWork:
    """Mixed into the state machine, whose `act` and `who` it uses."""

    world: SimpleNamespace
    act: Callable[[Callable[[], Any]], Any]
    who: Callable[[str], Any]

    @rule(
        target=incidents,
        number=incidents,
        who=COMMAND,
        what=st.sampled_from(["pull", "hand over", "pull", "split", "merge", "reinforce"]),
        answer=st.sampled_from(["yes", "no", "none"]),
    )
    def shift_work(self, number: str, who: str, what: str, answer: str) -> Any:
        """One rule for all, so that the main job is met often enough beside it; "no" by somebody who may not, perhaps."""
        actor = self.who(who if answer == "no" else "dispatcher")
        others = Incident.objects.filter(status__in=OPEN).exclude(number=number).order_by("id")
        if what == "split":
            return self._split(number, with_crew=answer == "yes")
        if what == "reinforce":
            self.act(lambda: reinforcement_ask(actor=actor, number=number, wanted="Two cars"))
            if answer == "no":
                self.act(lambda: reinforcement_decline(actor=actor, number=number, reason="Nobody is free"))
        elif what == "merge":
            into = others[0].number if others else number
            self.act(lambda: incident_merge(actor=actor, number=number, into=into))
        elif what == "pull":
            if answer == "yes" and others:  # so that there is somebody to pull
                self.act(
                    lambda: assignment_create(
                        actor=actor, number=others[0].number, units=[self.world.east_car.pk]
                    )
                )
            held = Assignment.objects.filter(step__in=ACTIVE_STEPS, unit__isnull=False).exclude(
                incident__number=number
            )
            unit = held[0].unit_id if held else self.world.east_car.pk
            self.act(lambda: unit_preempt(actor=actor, number=number, unit=unit, reason="A knife"))
        else:
            of_east = Incident.objects.get(number=number).station_id == EAST
            taker = self.who("south_commander" if of_east else "east_commander")
            self.act(
                lambda: handover_offer(
                    actor=actor, number=number, taker=taker.organisation_id, reason="Theirs"
                )
            )
            if answer == "yes":
                self.act(lambda: handover_accept(actor=taker, number=number))
            elif answer == "no":
                self.act(lambda: handover_decline(actor=taker, number=number, reason="Not ours"))
        return multiple()

    def _split(self, number: str, *, with_crew: bool) -> Any:
        active = Assignment.objects.filter(incident__number=number, step__in=ACTIVE_STEPS, unit__isnull=False)
        crew = [row.unit_id for row in active[:1]] if with_crew else []
        filed = self.act(
            lambda: incident_split(
                actor=self.world.dispatcher, number=number, units=crew, category="theft", summary="Another"
            )
        )
        return filed.incident.number if filed else multiple()
