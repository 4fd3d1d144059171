"""Warnings about places."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Degrees, Text, checked
from grid import access
from grid.models import Hazard
from grid.selectors.hazard import hazard_row
from grid.services.hazard import hazard_enter, hazard_withdraw


class HazardInput(serializers.Serializer):
    """A warning as it is entered; the point in WGS-84 degrees."""

    kind = serializers.ChoiceField(Hazard.Kind.choices)
    text = Text(max_length=100, help_text="About the place, never about a person.")
    address = Text(max_length=200, allow_blank=True, default="")
    lat = Degrees(limit=90)
    lon = Degrees(limit=180)
    reason = Text(max_length=200, help_text="How it is known.")
    valid_until = serializers.DateField(help_text="The last day; a year ahead at most.")


class HazardOutput(serializers.Serializer):
    """A warning that holds."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Hazard.Kind.choices)
    kind_label = serializers.CharField()
    text = serializers.CharField()
    valid_until = serializers.DateField()
    reason = serializers.CharField()
    entered_by = serializers.CharField()
    entered_at = serializers.DateTimeField()


class WithdrawInput(serializers.Serializer):
    """Why it holds no longer."""

    reason = Text(max_length=200)


class HazardsView(APIView):
    """`/api/hazards/`"""

    permission = access.ENTER_HAZARD

    @extend_schema(
        operation_id="hazard_enter",
        summary="Enter a warning about a place",
        description="Station duty commanders for their own ground. It is about the place, never about a person.",
        request=HazardInput,
        responses={201: HazardOutput},
    )
    def post(self, request: Request) -> Response:
        hazard = hazard_enter(actor=request.user, **checked(HazardInput, request.data))
        return Response(hazard_row(hazard), status=201)


class HazardWithdrawView(APIView):
    """`/api/hazards/{id}/withdraw/`"""

    permission = access.ENTER_HAZARD

    @extend_schema(
        operation_id="hazard_withdraw",
        summary="Withdraw a warning about a place",
        request=WithdrawInput,
        responses={200: HazardOutput},
    )
    def post(self, request: Request, key: int) -> Response:
        hazard = hazard_withdraw(actor=request.user, key=key, **checked(WithdrawInput, request.data))
        return Response(hazard_row(hazard))
