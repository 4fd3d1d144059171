"""Whom to send to an incident, and what that would uncover."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import CodeList, checked
from dispatch import access
from dispatch.selectors import incident as incidents
from dispatch.selectors.preview import preview
from dispatch.selectors.recommendation import recommend, recommendation_rows

from .output import ErrorOutput
from .unit import keys_of


class RecommendationView(APIView):
    """`…/recommendation/`"""

    permission = access.DISPATCH

    @extend_schema(
        operation_id="incidents_recommendation",
        summary="Recommend units, with the reasons",
        description="`units` holds the chosen ones first (`need` is the index of the need they meet), then others, each "
        "group soonest first. An old position is not trusted: the unit ranks as if it had driven away ever since.",
        responses={200: OpenApiTypes.OBJECT, 403: ErrorOutput, 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        incident = incidents.incident_seen_by(request.user, number)
        return Response(recommendation_rows(incident, recommend(request.user, incident)))


class PreviewInput(serializers.Serializer):
    """The units that would be sent, by id or call sign, parted by commas."""

    units = CodeList()


class PreviewView(APIView):
    """`…/preview/?units=`"""

    permission = access.DISPATCH

    @extend_schema(
        operation_id="incidents_preview",
        summary="What sending these units would uncover",
        description="The grids that no other free unit could reach in the same band of minutes, and one alternative.",
        parameters=[PreviewInput],
        responses={200: OpenApiTypes.OBJECT, 400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        incident = incidents.incident_seen_by(request.user, number)
        names = checked(PreviewInput, request.query_params)["units"]
        units = keys_of(
            [int(name) if name.isascii() and name.isdigit() else name for name in names], field="units"
        )
        return Response(preview(request.user, incident, units))
