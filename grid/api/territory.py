"""The territory as its editor needs it: all grids, plans drafted and scheduled, files in and out, posts handed over."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel import clock
from boshan_police.kernel.inputs import Instant, Text, Whole, checked
from boshan_police.kernel.parsing import OrjsonParser
from grid import access, interchange
from grid.models import TerritoryPlan
from grid.selectors.territory_plan import (
    grids_at,
    people_rows,
    plan_document,
    plan_found,
    plan_rows,
    territory_faults,
    territory_rows,
)
from grid.services import territory_effect, territory_plan
from grid.services.posting import post_hand_over

_KEY = 40


class LargeParser(OrjsonParser):
    """Many grids at once: as many corners as an import may have."""

    most_bytes = 16 * 1024 * 1024


class PlannedGridInput(serializers.Serializer):
    """One grid of a plan; fields that are left out stay as they are."""

    key = Text(max_length=_KEY, help_text="`g<id>` of a grid there is, or `n…` for a new one")
    code = Text(max_length=30, allow_blank=True, required=False)
    station = Text(max_length=12, allow_blank=True, required=False)
    community_code = Text(max_length=12, allow_blank=True, required=False)
    community = Text(max_length=40, allow_blank=True, required=False)
    boundary = serializers.JSONField(required=False, help_text="GeoJSON (Multi)Polygon, WGS-84")
    removed = serializers.BooleanField(required=False)
    people = serializers.ListField(child=Text(max_length=20), max_length=50, allow_null=True, required=False)
    rebase = serializers.BooleanField(required=False, help_text="Take the present grid as the one drawn over")


class PlanVersionInput(serializers.Serializer):
    """The version of the plan that was looked at."""

    version = Whole(required=False, allow_null=True, default=None)


class PlanReadInput(serializers.Serializer):
    whole = serializers.BooleanField(default=False, help_text="Also faults the plan has no part in")


class PlanCreateInput(serializers.Serializer):
    title = Text(max_length=80)
    reason = Text(max_length=500, allow_blank=True, default="")


class PlanSaveInput(PlanVersionInput):
    title = Text(max_length=80, required=False)
    reason = Text(max_length=500, allow_blank=True, required=False)
    grids = PlannedGridInput(many=True, default=list)
    drop = serializers.ListField(child=Text(max_length=_KEY), max_length=5000, default=list)


class GridSplitInput(PlanVersionInput):
    grid = Text(max_length=_KEY)
    line = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        min_length=2,
        max_length=2000,
        help_text="[[longitude, latitude]…]",
    )


class GridMergeInput(PlanVersionInput):
    grids = serializers.ListField(child=Text(max_length=_KEY), min_length=1, max_length=100)


class PlanMendInput(PlanVersionInput):
    fault = Text(max_length=64)


class PlanScheduleInput(serializers.Serializer):
    version = Whole()
    effective_at = Instant()
    accept_warnings = serializers.BooleanField(default=False)


class PostHandOverInput(serializers.Serializer):
    people = serializers.ListField(child=Text(max_length=20), max_length=50)
    at = Instant(required=False)


class TerritoryExportInput(serializers.Serializer):
    type = serializers.ChoiceField(["geojson", "gpkg"], default="geojson")
    at = Instant(days=True, required=False)


class _View(APIView):
    permission: Any = access.PLAN_TERRITORY


class TerritoryView(_View):
    """`/api/territory/`"""

    @extend_schema(
        summary="All grids with all digits, who serves them, who could", responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        return Response({"at": clock.now(), "grids": territory_rows(), "people": people_rows()})


class FaultsView(_View):
    """`/api/territory/faults/`"""

    @extend_schema(
        summary="Gaps, overlaps and slivers of the territory as it is",
        description="Areas in m²; below 1 m² nothing counts.",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        return Response({"results": territory_faults()})


class ExportView(_View):
    """`/api/territory/export/`"""

    @extend_schema(
        summary="The territory as a file",
        description="`at`: as it was then.",
        parameters=[TerritoryExportInput],
        responses={(200, "application/geo+json"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponse:
        wanted = checked(TerritoryExportInput, request.query_params)
        at = wanted.get("at") or clock.now()
        rows = grids_at(at)
        packed = wanted["type"] == "gpkg"
        body = interchange.as_geopackage(rows) if packed else interchange.as_geojson(rows)
        kind = "application/geopackage+sqlite3" if packed else "application/geo+json"
        answer = HttpResponse(body, content_type=kind)
        name = f"grids-{clock.local_day(at):%Y%m%d}.{wanted['type']}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


class PostView(_View):
    """`/api/territory/posts/{code}/`"""

    @extend_schema(
        summary="Hand the post of a grid over",
        description="From `at` (now) on `people` (numbers) serve it and nobody else; none leaves it vacant.",
        request=PostHandOverInput,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, code: str) -> Response:
        given = checked(PostHandOverInput, request.data)
        grid = post_hand_over(actor=request.user, code=code, people=given["people"], at=given.get("at"))
        return Response({"results": territory_rows(only=grid.pk)})


class PlansView(_View):
    """`/api/territory/plans/`"""

    @extend_schema(
        operation_id="territory_plans_list", summary="The last 50 plans", responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        return Response({"results": plan_rows()})

    @extend_schema(summary="Begin a draft", request=PlanCreateInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        given = checked(PlanCreateInput, request.data)
        plan = territory_plan.plan_create(actor=request.user, **given)
        return Response(plan_document(plan), status=201)


class PlanView(_View):
    """`…/plans/{id}/`"""

    @extend_schema(
        summary="Read a plan with its faults",
        parameters=[PlanReadInput],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, key: int) -> Response:
        given = checked(PlanReadInput, request.query_params)
        return Response(plan_document(plan_found(key), **given))


class PlanSplitView(_View):
    """`…/split/`"""

    @extend_schema(
        summary="Cut a grid in two",
        description="`made` is the key of the new part.",
        request=GridSplitInput,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, key: int) -> Response:
        given = checked(GridSplitInput, request.data)
        plan, made = territory_plan.plan_split(actor=request.user, key=key, **given)
        return Response({**plan_document(plan), "made": made})


def _act(
    service: Callable[..., TerritoryPlan],
    summary: str,
    form: type[serializers.Serializer] | None = None,
    parsers: Sequence[type[BaseParser]] = APIView.parser_classes,
) -> type[APIView]:
    """`…/<verb>/`: `service` does it to the plan with what `form` reads, and the plan is answered."""

    class ActView(_View):
        parser_classes = parsers

        @extend_schema(summary=summary, request=form, responses=OpenApiTypes.OBJECT)
        def post(self, request: Request, key: int) -> Response:
            given = checked(form, request.data) if form else {}
            return Response(plan_document(service(actor=request.user, key=key, **given)))

    return ActView


PLAN_ACTS = {
    "save": _act(territory_plan.plan_save, "Keep what was drawn and typed", PlanSaveInput, [LargeParser]),
    "split": PlanSplitView,
    "merge": _act(territory_plan.plan_merge, "Join grids; the first keeps its code", GridMergeInput),
    "mend": _act(territory_plan.plan_mend, "Mend a gap or an overlap as suggested", PlanMendInput),
    "schedule": _act(territory_effect.plan_schedule, "Decide when it takes effect", PlanScheduleInput),
    "reopen": _act(territory_effect.plan_reopen, "Make it a draft again"),
    "withdraw": _act(territory_effect.plan_withdraw, "Give it up"),
}
