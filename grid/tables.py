"""The files of the ground: organisations, accounts, people, the duty roster."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import clock

from .column import Link, Moment
from .models import Duty, Organisation, Person, User
from .table import Table, columns_of

ORGANISATIONS = Table(
    key=["code"],
    columns=columns_of(
        Organisation, "code", "kind", "name", "name_en", "short_name", "short_name_en", "parent", "lat", "lon"
    ),
)

ACCOUNTS = Table(
    key=["username"],
    columns=columns_of(User, "username", "name", "role", "organisation", "phone", "is_active"),
    # Without a password: nobody signs in before an administrator sets one.
    extra={"usable_password": "false"},
)

PEOPLE = Table(key=["number"], columns=columns_of(Person, "number", "name", "kind", "organisation", "phone"))

_PAST = timedelta(days=7)


def _coming(duties: QuerySet[Any]) -> QuerySet[Any]:
    """Turns that last or come, and those of the week before."""
    return duties.filter(period__endswith__gt=clock.now() - _PAST).order_by("person__username", "period")


DUTIES = Table(
    key=["person", "since"],
    columns=[
        Link("person", Duty._meta.get_field("person").verbose_name, to=User, by="username"),
        Moment("since", _("from"), key="period_0"),
        Moment("until", _("to"), key="period_1", end="upper"),
    ],
    kept=_coming,
)
