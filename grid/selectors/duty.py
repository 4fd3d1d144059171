"""Whom a role reaches at an instant, by the duty roster."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel.access import Role
from grid.models import Duty, User

ROSTER_DAYS = timedelta(days=7)
"""A role of an organisation keeps a roster while any turn of its people lies within a week of the instant."""


def on_duty(role: Role, organisation: str | None, at: datetime) -> list[User]:
    """The active accounts of `role` (of `organisation`, a code; None: wherever they are) on duty at `at`. One query.

    Those who keep no roster are all reached: a bureau that enters none loses no alarm.
    """
    turns = Duty.objects.filter(person=OuterRef("pk"))
    around = DateTimeTZRange(at - ROSTER_DAYS, at + ROSTER_DAYS)
    people = User.objects.filter(is_active=True, role=role).annotate(
        on=Exists(turns.filter(period__contains=at)), rostered=Exists(turns.filter(period__overlap=around))
    )
    if organisation is not None:
        people = people.filter(organisation=organisation)
    found = list(people.order_by("id"))
    return [person for person in found if person.on] if any(person.rostered for person in found) else found
