"""Intervals between stamps, for figures: how long, and which of them happened as stamped."""

from collections.abc import Mapping

from django.db.models import FloatField, Func, QuerySet

from dispatch.models import ReplayedRow


class Seconds(Func):
    """`Seconds(end, start)`, as a float."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)::float8"
    arg_joiner = " - "
    output_field = FloatField()


def inferred(stamp: str) -> QuerySet[ReplayedRow, Mapping[str, object]]:
    """Keys of incidents whose `stamp` is not from their log, for use as a subquery."""
    return ReplayedRow.objects.filter(inferred__contains=[stamp]).values("incident")
