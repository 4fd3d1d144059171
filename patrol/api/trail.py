"""Where a unit has been."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Whole, checked
from patrol import access
from patrol.services.trail import trail_read


class TrailInput(serializers.Serializer):
    """How far back, at most four hours."""

    minutes = Whole(min_value=1, max_value=240, default=30)


class TrailPointOutput(serializers.Serializer):
    """One point."""

    at = serializers.DateTimeField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    speed = serializers.FloatField(allow_null=True, help_text="km/h")
    heading = serializers.FloatField(allow_null=True, help_text="Degrees from north.")
    accuracy = serializers.FloatField(allow_null=True, help_text="Metres.")


class TrailOutput(serializers.Serializer):
    """A unit's points, oldest first."""

    unit = serializers.IntegerField()
    call_sign = serializers.CharField()
    minutes = serializers.IntegerField()
    points = TrailPointOutput(many=True)


class TrailView(APIView):
    """`/api/units/{id}/trail/`"""

    permission = access.SEE_TRAIL

    @extend_schema(
        operation_id="unit_trail",
        summary="Where a unit has been in the last minutes of its duty",
        description="Jumps are left out. Each look stands in the audit trail.",
        parameters=[TrailInput],
        responses=TrailOutput,
    )
    def get(self, request: Request, unit: int) -> Response:
        minutes = checked(TrailInput, request.query_params)["minutes"]
        found = trail_read(actor=request.user, unit=unit, minutes=minutes)
        return Response(
            {
                "unit": found.unit.pk,
                "call_sign": found.unit.call_sign,
                "minutes": minutes,
                "points": found.points,
            }
        )
