"""The stage clock: what an open incident waits for, until when, and who is told next."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from boshan_police.kernel import clock
from dispatch.lifecycle import STAGE_OF
from dispatch.models import Escalation, Incident, Timer
from dispatch.selectors.policy import plan_for

EXPIRES_AFTER = timedelta(minutes=60)
"""A timer later than this is recorded as expired and never fired: the matter is history by then (LESSONS.md)."""


@dataclass(frozen=True)
class StageMove:
    """What following the status did: the timer (not saved) of a clock that began, the escalation that ended."""

    first: Timer | None = None
    ended: Escalation | None = None


def stage_follow(incident: Incident, *, restart: bool = False) -> StageMove:
    """Bring the stage columns in step with `incident.status`; the caller saves the row, then the timer.

    Entering another stage, or `restart`, begins a new generation, which fences off the timers of the one before.
    At most three queries.
    """
    stage = STAGE_OF.get(incident.status)
    if (stage or "") == incident.stage and not restart:
        return StageMove()
    now = clock.now()
    ended = incident.escalation
    if incident.pk:
        incident.generation += 1
        timers_cancel(incident)
    if ended:
        ended.ended_at = now
        ended.save(update_fields=["ended_at"])
        incident.escalation = None
    steps = plan_for(incident.category_id, incident.priority).of(stage) if stage else ()
    incident.stage = stage or ""
    incident.stage_since = now if stage else None
    incident.limit_at = now + timedelta(seconds=steps[0].seconds) if steps else None
    return StageMove(first=timer_after(incident, step=0), ended=ended)


def timer_after(incident: Incident, *, step: int, level: int = 0, at_once: bool = False) -> Timer | None:
    """The timer (not saved) of the policy's first step beyond number `step`; None without one.

    Beyond the last step the last level told, which is `level` where the policy's own steps are over, is told again
    and again by the policy's repetition, until a take-over cancels it; without `level` there is no repetition. `at_once`
    where the step before reached nobody. Steps that would have expired already are passed over, all of them in a
    replayed log of last month: that is asked of the real clock, whatever `clock.at()` says.
    """
    if not incident.stage:
        return None
    plan = plan_for(incident.category_id, incident.priority)
    steps = plan.of(incident.stage)
    since = incident.stage_since
    assert since  # noqa: S101 - where there is a stage
    if incident.escalation:  # a snooze puts off all that is still to come
        since += timedelta(seconds=incident.escalation.snoozed_seconds)
    for number, planned in enumerate(steps[step:], step + 1):
        due_at = clock.now() if at_once else since + timedelta(seconds=planned.seconds)
        if datetime.now(UTC) - due_at <= EXPIRES_AFTER:
            return timer_of(incident, step=number, level=planned.level, due_at=due_at)
    if level and plan.repeat_seconds:
        last = level if step >= len(steps) else steps[-1].level
        due_at = clock.now() + timedelta(seconds=plan.repeat_seconds)
        return timer_of(incident, step=max(step, len(steps)) + 1, level=last, due_at=due_at)
    return None


def timer_of(incident: Incident, *, step: int, level: int, due_at: datetime) -> Timer:
    """A timer (not saved) of the incident's present generation and stage."""
    return Timer(
        incident=incident,
        generation=incident.generation,
        step=step,
        stage=incident.stage,
        level=level,
        due_at=due_at,
    )


def timers_cancel(incident: Incident) -> None:
    """Cancel what is pending. One query."""
    incident.timers.filter(state=Timer.State.PENDING).update(state=Timer.State.CANCELLED, done_at=clock.now())
