"""Who serves a grid, handed over in one act."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Invalid, NotFound
from grid.access import PLAN_TERRITORY
from grid.models import Grid, Person, Posting, User
from grid.territory_words import nobody_words


def post_hand_over(*, actor: User, code: str, people: Collection[str], at: datetime | None = None) -> Grid:
    """From `at` (now) on the grid is served by `people` (numbers) and nobody else; an empty list leaves it vacant.

    Who stays keeps the posting there is; a posting that would have begun later is dropped. Invalid `post_past`:
    who served until now did.
    """
    require(actor, PLAN_TERRITORY)
    now = clock.now()
    at = at or now
    if at < now:
        raise Invalid("post_past", _("A post is handed over now or later."), field="at")
    with transaction.atomic():
        grid = Grid.objects.in_force().select_for_update(no_key=True).filter(code=code).first()
        if grid is None:
            raise NotFound("not_found", _("There is no such grid."))
        told = posts_set(grid=grid, people=people, at=at)
        audit.record(
            actor=actor,
            code="post.handed_over",
            target=f"grid {grid.code}",
            details={"people": sorted(people), "at": at.isoformat(), **told},
        )
    return grid


def people_found(numbers: Collection[str]) -> dict[str, Person]:
    """The people of these numbers; Invalid names one there is not. One query."""
    found = {person.number: person for person in Person.objects.filter(number__in=list(numbers))}
    if missing := [number for number in numbers if number not in found]:
        raise Invalid(
            "person_unknown",
            nobody_words(missing[0][:20]),
            field="people",
            details={"number": missing[0][:20]},
        )
    return found


def posts_set(*, grid: Grid, people: Collection[str], at: datetime) -> dict[str, Any]:
    """The rows of a hand-over, in the caller's transaction; for the audit: who `ended`, and whose posting is `dropped`."""
    stay = people_found(people)
    posts = Posting.objects.select_for_update(of=("self",)).filter(grid=grid).select_related("person")
    ended, dropped, serving = [], [], set()
    # First what was to come: who stays serves without end, also past a later posting of the own.
    for post in posts.filter(period__startswith__gt=at):
        dropped.append(_told(post))
        post.delete()
    for post in posts.filter(period__overlap=(at, None)):
        start, end = post.period.lower, post.period.upper
        if post.person.number in stay:
            serving.add(post.person.number)
            if end is not None:
                Posting.objects.filter(pk=post.pk).update(period=(start, None))
        elif start == at:
            dropped.append(_told(post))
            post.delete()
        else:
            ended.append(_told(post))
            Posting.objects.filter(pk=post.pk).update(period=(start, at))
    Posting.objects.bulk_create(
        Posting(person=person, grid=grid, period=(at, None))
        for number, person in stay.items()
        if number not in serving
    )
    return {"ended": ended, "dropped": dropped}


def _told(post: Posting) -> dict[str, str | None]:
    """A posting as it was."""
    start, end = (each and each.isoformat() for each in (post.period.lower, post.period.upper))
    return {"person": post.person.number, "from": start, "to": end}
