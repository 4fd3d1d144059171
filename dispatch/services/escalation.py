"""Escalation: telling the next level when a stage stands still, and taking it over by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from boshan_police.kernel.errors import Conflict, Invalid
from dispatch import access
from dispatch.lifecycle import INCIDENT_MOVES, ROLE_OF_LEVEL, Level
from dispatch.models import Escalation, Incident, Notice, Timer
from dispatch.selectors.policy import Plan, plan_for
from grid.models import User
from grid.selectors.duty import on_duty

from .act import Act, act_on, reason_needed, sooner
from .stage import timer_after, timer_of, timers_cancel

SNOOZE_MINUTES = 60
"""By how much one act, and all acts on one stage together, put an escalation off at most."""


def recipients_of(level: int, station: str | None) -> list[User]:
    """Whom `level` means for a station, now, by the duty roster. One query; none for a level of no station."""
    if level != Level.STATION_COMMANDER:
        return on_duty(ROLE_OF_LEVEL[Level(level)], None, clock.now())
    return on_duty(Role.STATION_COMMANDER, station, clock.now()) if station else []


def escalation_raise(act: Act, timer: Timer, recipients: Sequence[User]) -> None:
    """What a due timer does, under the incident's lock: tell its level, or go on at once where that reaches nobody.

    A take-over's follow-up (a step beyond the policy's) takes the matter out of the owner's hands again. The caller
    saves the state of `timer`.
    """
    incident, now = act.incident, clock.now()
    label = {"level": timer.level, "stage": timer.stage}
    if not recipients:
        if timer.step > len(_plan(incident).of(timer.stage)):
            _try_again(act, timer, label)
        else:
            timer.state = Timer.State.SKIPPED
            act.say("escalation.skipped", label)
            _pass_over(act, timer, at_once=True)
        return
    timer.state = Timer.State.FIRED
    following = timer_after(incident, step=timer.step, level=timer.level)
    act.plant(following)
    escalation = incident.escalation or Escalation(incident=incident, generation=incident.generation)
    again = escalation.level == timer.level and escalation.owner is None and timer.step > 1
    escalation.stage, escalation.level, escalation.raised_at = timer.stage, timer.level, now
    escalation.owner = escalation.owned_at = escalation.snoozed_until = None
    _announce(escalation, following)
    escalation.save()
    incident.escalation = escalation
    act.notices += [
        Notice(timer=timer, escalation=escalation, recipient=person, created_at=now) for person in recipients
    ]
    assert incident.stage_since  # noqa: S101 - the stage is that of `timer`
    waited = round((now - incident.stage_since).total_seconds())
    act.say("escalation.repeated" if again else "escalation.raised", {**label, "seconds": waited})
    act.tell(escalation, "raised", recipients)


def escalation_expire(act: Act, timer: Timer) -> None:
    """A timer that comes too late tells nobody; what is still in time goes on, and so does what is asked until answered.

    The caller saves the state of `timer`.
    """
    timer.state = Timer.State.EXPIRED
    late = clock.now() - timer.due_at
    act.say("escalation.expired", {"minutes": late // timedelta(minutes=1)})
    _pass_over(act, timer)


def _pass_over(act: Act, timer: Timer, *, at_once: bool = False) -> None:
    """Go on to what comes after a `timer` that told nobody, and let the board announce it."""
    incident, plan = act.incident, _plan(act.incident)
    last = len(plan.of(timer.stage))
    following = timer_after(incident, step=timer.step, level=timer.level, at_once=at_once)
    if following is None and timer.step > last:  # the question after a take-over has not been put yet
        due_at = clock.now() + timedelta(seconds=plan.follow_up_seconds)
        following = timer_of(incident, step=timer.step + 1, level=timer.level, due_at=due_at)
    act.plant(following)
    if following is None:
        act.say("escalation.exhausted")
    elif at_once and following.step > last:  # it has only just been tried
        following.done_at = clock.now()
        act.say("escalation.waiting", {"seconds": plan.repeat_seconds})
    _announce_now(act.incident, following)


def _try_again(act: Act, timer: Timer, label: dict[str, Any]) -> None:
    """Put a repetition, or the question after a take-over, off until somebody is on duty: nobody is left to go on to.

    It stays pending, and the timeline says so the first time only: from then on it has a `done_at`.
    """
    plan = _plan(act.incident)
    seconds = plan.repeat_seconds or plan.follow_up_seconds
    timer.due_at = clock.now() + timedelta(seconds=seconds)
    first = timer.done_at is None
    timer.done_at = clock.now()
    timer.save(update_fields=["due_at", "done_at"])
    if first:
        act.say("escalation.skipped", label)
        act.say("escalation.waiting", {"seconds": seconds})
        _announce_now(act.incident, timer)


def _announce_now(incident: Incident, following: Timer | None) -> None:
    if escalation := incident.escalation:
        _announce(escalation, following)
        escalation.save(update_fields=["next_level", "next_at"])


def _announce(escalation: Escalation, following: Timer | None) -> None:
    """Let the board say who is told next. Of one that found nobody it can't be said."""
    known = following if following and following.done_at is None else None
    escalation.next_level = known.level if known else None
    escalation.next_at = known.due_at if known else None


def _plan(incident: Incident) -> Plan:
    return plan_for(incident.category_id, incident.priority)


def escalation_take_over(*, actor: User, number: str) -> Incident:
    """Take an escalated incident over by name: the others fall silent, the next levels are not told.

    Should the stage still stand still after the policy's follow-up time, the watch commander is told again.
    Conflict `already_taken_over` names who was sooner; `not_escalated` where there is nothing to take over.
    """
    with act_on(number, actor=actor, move=INCIDENT_MOVES["take_over"]) as act:
        incident, escalation = act.incident, act.incident.escalation
        if escalation is None:
            raise Conflict("not_escalated", _("Incident %s is not escalated.") % incident.short_number)
        if escalation.owner_id == actor.pk:
            return incident
        if escalation.owner:
            raise _already_taken_over(escalation.owner, escalation.owned_at)
        now = clock.now()
        timers_cancel(incident)
        follow_up = _follow_up(incident)
        act.plant(follow_up)
        escalation.owner, escalation.owned_at, escalation.snoozed_until = actor, now, None
        _announce(escalation, follow_up)
        escalation.save(update_fields=["owner", "owned_at", "snoozed_until", "next_level", "next_at"])
        escalation.notices.filter(seen_at__isnull=True).update(seen_at=now)
        act.say("escalation.taken_over", {"level": escalation.level})
        act.tell(escalation, "taken_over")
    return incident


def escalation_snooze(*, actor: User, number: str, minutes: int, reason: str) -> Incident:
    """Put the next step of an escalated incident off, all later ones with it; those it rings for fall silent.

    `minutes` 1 to 60, and 60 in all while the stage stands still. Whoever owns it may put the question after a take-over
    off too, others only before. Refused `higher_level` below the level that was told; Conflict `not_escalated`,
    `already_taken_over`.
    """
    reason = reason_needed(reason)
    if not 1 <= minutes <= SNOOZE_MINUTES:
        raise Invalid("minutes_range", _("Put it off by 1 to %s minutes.") % SNOOZE_MINUTES, field="minutes")
    with act_on(number, actor=actor, move=INCIDENT_MOVES["snooze"]) as act:
        incident, escalation = act.incident, act.incident.escalation
        if escalation is None:
            raise Conflict("not_escalated", _("Incident %s is not escalated.") % incident.short_number)
        if escalation.owner and escalation.owner_id != actor.pk:
            raise _already_taken_over(escalation.owner, escalation.owned_at)
        access.require_level(actor, escalation)
        now = clock.now()
        waiting = incident.timers.filter(generation=incident.generation, state=Timer.State.PENDING).first()
        if waiting is None:  # nobody is left to be told: then this level once more
            last = incident.timers.filter(generation=incident.generation).latest("step")
            waiting = timer_of(incident, step=last.step + 1, level=escalation.level, due_at=now)
        until = now + timedelta(minutes=minutes)
        put_off = max(timedelta(), until - waiting.due_at)
        left = timedelta(minutes=SNOOZE_MINUTES) - timedelta(seconds=escalation.snoozed_seconds)
        if put_off > left:
            minutes_left = max(0, (waiting.due_at + left - now) // timedelta(minutes=1))
            raise Invalid(
                "snoozed_enough",
                _("In all it can be put off by %(most)s minutes; %(left)s are left.")
                % {"most": SNOOZE_MINUTES, "left": minutes_left},
                field="minutes",
                details={"left": minutes_left},
            )
        escalation.snoozed_seconds += round(put_off.total_seconds())
        escalation.snoozed_until = until
        waiting.due_at += put_off
        waiting.done_at = None
        waiting.save()
        _announce(escalation, waiting)
        escalation.save()
        escalation.notices.filter(seen_at__isnull=True).update(seen_at=now)
        act.say("escalation.snoozed", {"minutes": minutes, "reason": reason})
        act.tell(escalation, "snoozed")
    return incident


def _follow_up(incident: Incident) -> Timer:
    """The timer (not saved) that asks again after a take-over. Its step lies beyond those of the policy."""
    plan = _plan(incident)
    last = incident.timers.filter(generation=incident.generation).latest("step")
    return timer_of(
        incident,
        step=max(last.step, len(plan.of(incident.stage))) + 1,
        level=Level.WATCH_COMMANDER,
        due_at=clock.now() + timedelta(seconds=plan.follow_up_seconds),
    )


def _already_taken_over(owner: User, at: datetime | None) -> Conflict:
    assert at  # noqa: S101 - written with the owner
    return sooner("already_taken_over", _("%(name)s took it over at %(time)s"), by=owner.name, at=at)


def notice_see(*, actor: User, number: str) -> int:
    """Silence the incident's alarms for oneself (key A); they stay on the screen. Returns how many rang.

    Under the incident's lock, for a take-over silences the same rows.
    """
    with act_on(number, actor=actor) as act:
        ringing = Notice.objects.filter(
            recipient=actor, escalation__incident=act.incident, seen_at__isnull=True
        )
        return ringing.update(seen_at=clock.now())
