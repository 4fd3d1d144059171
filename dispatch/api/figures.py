"""Figures: how today goes."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import access
from dispatch.models import Incident
from dispatch.selectors.today import today


class TodayView(APIView):
    """`/api/figures/today/`"""

    permission = access.SEE_BOARD

    @extend_schema(
        operation_id="figures_today",
        summary="Today beside the same weekday of the last four weeks",
        description="Received per hour, the share of orders accepted within 30 s, the median from received to on "
        "scene, in the caller's scope. What was not recorded is null, never zero.",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        return Response(today(access.visible_incidents(request.user, Incident.objects.all())))
