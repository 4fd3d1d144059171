"""One order for row locks, so that two services never wait for each other."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def lock_rows(model: type[M], keys: Iterable[object]) -> dict[object, M]:
    """Lock the rows of `model` with primary keys `keys` in key order; {key: row}, missing ones absent.

    Across models the order is: incident, timer, unit; an incident's lock covers its assignments, escalations and
    notices. `NO KEY` lets others refer to a locked row meanwhile. Needs a transaction; one query.
    """
    rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk")
    return {row.pk: row for row in rows}
