"""The follow-up call 回访: planned when an incident is closed, made by a person, within the category's hours."""

from datetime import timedelta

from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from dispatch import access
from dispatch.models import FollowUpCall, Incident
from dispatch.selectors.category import categories
from grid.models import User

from .act import act_on, sooner

TRIES = 3
"""After so many calls that nobody answered it is given up."""


def follow_up_plan(incident: Incident) -> None:
    """Plan the call of an incident just closed, where its category asks for one and there is a number. One query."""
    hours = categories()[incident.category_id].follow_up_hours
    if hours and incident.caller_phone:
        FollowUpCall.objects.create(incident=incident, due_at=clock.now() + timedelta(hours=hours))


def follow_up_drop(incident: Incident) -> None:
    """It is not over after all: no call yet. One query."""
    incident.follow_up_calls.filter(state=FollowUpCall.State.DUE).update(state=FollowUpCall.State.DROPPED)


def follow_up_record(
    *, actor: User, number: str, reached: bool, rating: int | None = None, remark: str = ""
) -> FollowUpCall:
    """Write down one call: `rating` 1 to 5 where somebody answered, one more try where nobody did.

    Conflict `no_follow_up` where none is due (somebody else made it).
    """
    roles.require(actor, access.FOLLOW_UP)
    if reached and rating not in {1, 2, 3, 4, 5}:
        raise Invalid("rating_range", _("Satisfaction is 1, 2, 3, 4 or 5."), field="rating")
    with act_on(number, actor=actor) as act:
        call = act.incident.follow_up_calls.filter(state=FollowUpCall.State.DUE).first()
        if call is None:
            raise _none_due(act.incident)
        call.attempts, call.last_at = call.attempts + 1, clock.now()
        call.called_by, call.remark = actor, remark.strip()[:500]
        facts = {"attempts": call.attempts, "remark": call.remark}
        if reached:
            call.state, call.rating = FollowUpCall.State.DONE, rating
            act.say("followup.done", {**facts, "rating": rating})
        elif call.attempts >= TRIES:
            call.state = FollowUpCall.State.GIVEN_UP
            act.say("followup.given_up", facts)
        else:
            act.say("followup.missed", facts)
        call.save()
    return call


def _none_due(incident: Incident) -> Conflict | NotFound:
    last = incident.follow_up_calls.select_related("called_by").order_by("-id").first()
    if last is None or last.called_by is None or last.last_at is None:
        return NotFound("no_follow_up", _("No follow-up call is planned for this incident."))
    said = _("%(name)s has made this call already.")
    return sooner("follow_up_made", said, by=last.called_by.name, at=last.last_at, state=last.state)
