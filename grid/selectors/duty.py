"""Whom a role reaches at an instant, by the duty roster."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel.access import Role
from grid.models import Duty, User

ROSTER_DAYS = timedelta(days=7)
"""A role of an organisation keeps a roster while any turn of its people lies within a week of the instant."""


def on_duty(role: Role, organisation: str | None, at: datetime) -> list[User]:
    """The active accounts of `role` (of `organisation`, a code; None: wherever they are) on duty at `at`. One query.

    Those who keep no roster are all reached: a bureau that enters none loses no alarm.
    """
    people = _with_turns(role, at)
    if organisation is not None:
        people = people.filter(organisation=organisation)
    return _reached(list(people.order_by("id")))


def on_duty_by_organisation(role: Role, at: datetime) -> dict[str, list[User]]:
    """`on_duty` of every organisation that has accounts of `role`, by its code. One query."""
    found: dict[str, list[User]] = {}
    for person in _with_turns(role, at).order_by("id"):
        found.setdefault(person.organisation_id, []).append(person)
    return {code: _reached(people) for code, people in found.items()}


def _with_turns(role: Role, at: datetime) -> QuerySet[User]:
    turns = Duty.objects.filter(person=OuterRef("pk"))
    around = DateTimeTZRange(at - ROSTER_DAYS, at + ROSTER_DAYS)
    return User.objects.filter(is_active=True, role=role).annotate(
        on=Exists(turns.filter(period__contains=at)), rostered=Exists(turns.filter(period__overlap=around))
    )


def _reached(people: list[Any]) -> list[Any]:
    return [person for person in people if person.on] if any(person.rostered for person in people) else people
