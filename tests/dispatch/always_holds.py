"""What always holds, whatever the state machine does: boards, timelines, units, timers, escalations."""

from datetime import datetime

from django.db.models import Count
from hypothesis.stateful import invariant

from boshan_police.kernel import clock
from dispatch.lifecycle import ACTIVE_STEPS, ENDED, OPEN, STAGE_OF, status_after
from dispatch.models import Assignment, Escalation, Incident, Notice, Timer
from patrol.models import Unit
from tests.dispatch.held_board import HeldBoard

STATUS_OF_UNIT = {
    "dispatched": "assigned",
    "accepted": "assigned",
    "en_route": "en_route",
    "on_scene": "on_scene",
}


class AlwaysHolds:
    """Mixed into the state machine, whose `now` and `boards` it looks at."""

    now: datetime
    boards: list[HeldBoard]

    @invariant()
    def boards_are_true(self) -> None:
        with clock.at(self.now):
            for each in self.boards:
                incidents, units = each.fresh()
                assert each.incidents == incidents, each.viewer.username
                assert each.units == units, each.viewer.username

    @invariant()
    def timelines_have_no_gap(self) -> None:
        for incident in Incident.objects.prefetch_related("timeline"):
            versions = sorted(entry.version for entry in incident.timeline.all())
            assert versions == list(range(1, incident.version + 1))

    @invariant()
    def a_unit_is_where_its_order_says(self) -> None:
        active = Assignment.objects.filter(step__in=ACTIVE_STEPS, unit__isnull=False)
        assert not active.values("unit").annotate(times=Count("id")).filter(times__gt=1)
        steps = dict(active.values_list("unit", "step"))
        for key, status in Unit.objects.values_list("id", "status"):
            if key in steps:
                assert status == STATUS_OF_UNIT[steps[key]]
            else:
                assert status in {"free", "off_duty"}

    @invariant()
    def one_clock_per_incident(self) -> None:
        for incident in Incident.objects.prefetch_related("timers"):
            pending = [timer for timer in incident.timers.all() if timer.state == Timer.State.PENDING]
            assert len(pending) <= 1
            assert all(timer.generation == incident.generation for timer in pending)
            assert incident.stage == (STAGE_OF.get(incident.status) or "")
            if incident.status in OPEN:
                present = incident.assignments.filter(created_at__gte=incident.life_began)
                assert incident.status == status_after(present.values_list("step", flat=True))
            if incident.status in ENDED:
                assert not pending
                assert incident.escalation_id is None
                assert not incident.assignments.filter(step__in=ACTIVE_STEPS).exists()

    @invariant()
    def an_escalation_has_one_life(self) -> None:
        current = set(Incident.objects.exclude(escalation=None).values_list("escalation", flat=True))
        assert set(Escalation.objects.filter(ended_at=None).values_list("id", flat=True)) == current
        assert not Notice.objects.values("timer", "recipient").annotate(times=Count("id")).filter(times__gt=1)
