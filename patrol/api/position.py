"""Positions of many devices at once."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.parsing import OrjsonParser
from patrol import access
from patrol.reports import Unreadable, read_point
from patrol.services.position import Outcome, Report, positions_take

MOST_POINTS = 10_000


class PointsParser(OrjsonParser):
    """Up to 10,000 points of 200 bytes."""

    most_bytes = 2 * 1024 * 1024


class PointInput(serializers.Serializer):
    """One point. Read by `patrol.reports`; this is its shape for the OpenAPI document."""

    device = serializers.CharField(max_length=64)
    at = serializers.DateTimeField(help_text="With its zone.")
    lat = serializers.FloatField(help_text="In the coordinate system the device is declared with.")
    lon = serializers.FloatField()
    speed = serializers.FloatField(required=False, allow_null=True, help_text="km/h")
    heading = serializers.FloatField(required=False, allow_null=True, help_text="Degrees from north.")
    accuracy = serializers.FloatField(required=False, allow_null=True, help_text="Metres.")


class PointsInput(serializers.Serializer):
    """At most 10,000 points."""

    points = PointInput(many=True)


class NotShownOutput(serializers.Serializer):
    """A point that did not move its unit, and why."""

    row = serializers.IntegerField(help_text="Its place in the request, from 0.")
    outcome = serializers.ChoiceField([*(each.value for each in Outcome), "unreadable"])
    field = serializers.CharField(allow_null=True, help_text="What could not be read.")


class PointsOutput(serializers.Serializer):
    """What became of the points."""

    points = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By outcome.")
    not_shown = NotShownOutput(many=True)


class PositionsView(APIView):
    """`/api/positions/`"""

    permission = access.REPORT_POSITIONS
    parser_classes = [PointsParser]

    @extend_schema(
        operation_id="positions_take",
        summary="Report where devices are, up to 10,000 points at once",
        description="Each point is answered for itself; none makes another fail. `taken` moved its unit; `late` and "
        "`jump` stand in the history only; `duplicate`, `future` (more than 60 s), `old`, `off_duty` and `unknown` "
        "are counted and dropped. A request sent twice does no harm.",
        request=PointsInput,
        responses=PointsOutput,
    )
    def post(self, request: Request) -> Response:
        given = request.data.get("points") if isinstance(request.data, dict) else None
        if not isinstance(given, list) or len(given) > MOST_POINTS:
            raise Invalid(
                "points",
                _("Give “points”, a list of at most %(most)s.") % {"most": MOST_POINTS},
                field="points",
            )
        reports, unreadable = _read(given)
        outcomes = positions_take(actor=request.user, reports=list(reports.values()))
        rows: dict[int, dict[str, Any]] = {
            row: {"row": row, "outcome": outcome, "field": None}
            for row, outcome in zip(reports, outcomes, strict=True)
            if outcome is not Outcome.TAKEN
        }
        for row, field in unreadable.items():
            rows[row] = {"row": row, "outcome": "unreadable", "field": field}
        counts = Counter(outcomes) + Counter({"unreadable": len(unreadable)})
        return Response(
            {"points": len(given), "counts": counts, "not_shown": [rows[row] for row in sorted(rows)]}
        )


def _read(given: list[Any]) -> tuple[dict[int, Report], dict[int, str]]:
    """({row: report}, {row: the field that can't be read})."""
    reports: dict[int, Report] = {}
    unreadable: dict[int, str] = {}
    for row, point in enumerate(given):
        try:
            reports[row] = read_point(point)
        except Unreadable as error:
            unreadable[row] = str(error)
    return reports, unreadable
