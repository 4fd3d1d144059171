"""Who serves a grid, handed over in one act."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Invalid, NotFound
from grid.access import PLAN_TERRITORY
from grid.models import Grid, Person, Posting, User


def post_hand_over(*, actor: User, code: str, people: Collection[str], at: datetime | None = None) -> Grid:
    """From `at` (now) on the grid is served by `people` (numbers) and nobody else; an empty list leaves it vacant.

    Who stays keeps the posting there is; a posting that would have begun later is dropped.
    """
    require(actor, PLAN_TERRITORY)
    at = at or clock.now()
    with transaction.atomic():
        grid = Grid.objects.in_force().select_for_update(no_key=True).filter(code=code).first()
        if grid is None:
            raise NotFound("not_found", _("There is no such grid."))
        posts_set(grid=grid, people=people, at=at)
        audit.record(
            actor=actor,
            code="post.handed_over",
            target=f"grid {grid.code}",
            details={"people": sorted(people), "at": at.isoformat()},
        )
    return grid


def people_found(numbers: Collection[str]) -> dict[str, Person]:
    """The people of these numbers; Invalid names one there is not. One query."""
    found = {person.number: person for person in Person.objects.filter(number__in=list(numbers))}
    if missing := [number for number in numbers if number not in found]:
        raise Invalid(
            "person_unknown",
            _("There is nobody with the number %(number)s.") % {"number": missing[0][:20]},
            field="people",
        )
    return found


def posts_set(*, grid: Grid, people: Collection[str], at: datetime) -> None:
    """The rows of a hand-over, in the caller's transaction."""
    stay = people_found(people)
    serving: set[str] = set()
    posts = (
        Posting.objects.select_for_update(of=("self",))
        .filter(grid=grid, period__overlap=(at, None))
        .select_related("person")
    )
    for post in posts:
        period = post.period
        if period.lower is not None and period.lower > at:
            post.delete()
        elif post.person.number in stay:
            serving.add(post.person.number)
            if period.upper is not None:
                Posting.objects.filter(pk=post.pk).update(period=(period.lower, None))
        elif period.lower is not None and period.lower == at:
            post.delete()
        else:
            Posting.objects.filter(pk=post.pk).update(period=(period.lower, at))
    Posting.objects.bulk_create(
        Posting(person=person, grid=grid, period=(at, None))
        for number, person in stay.items()
        if number not in serving
    )
