"""What a point is: its grid, station and community, for a form that shows them before it is saved."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Degrees, checked
from grid import access
from grid.coordinates import System, given_point
from grid.selectors.organisation import organisations
from grid.selectors.territory import territory


class PlaceInput(serializers.Serializer):
    """A point in degrees of `system`."""

    lat = Degrees(limit=90)
    lon = Degrees(limit=180)
    system = serializers.ChoiceField([one.value for one in System], default=System.WGS84.value)


class PlaceOutput(serializers.Serializer):
    """Where the point lies; outside the district `inside` is false and the rest is null."""

    lat = serializers.FloatField(help_text="WGS-84")
    lon = serializers.FloatField()
    inside = serializers.BooleanField()
    grid = serializers.CharField(allow_null=True)
    station = serializers.CharField(allow_null=True)
    station_label = serializers.CharField(allow_null=True)
    community = serializers.CharField(allow_null=True)


class PlaceView(APIView):
    """`/api/places/?lat=&lon=`"""

    permission = access.SEE_GRIDS

    @extend_schema(
        summary="Find grid, station and community of a point",
        parameters=[PlaceInput],
        responses={200: PlaceOutput},
    )
    def get(self, request: Request) -> Response:
        point = checked(PlaceInput, request.query_params)
        given = given_point(point["lat"], point["lon"], point["system"])
        place = territory().locate(given.lat, given.lon)
        return Response(
            {
                "lat": given.lat,
                "lon": given.lon,
                "inside": place.inside,
                "grid": place.grid_code,
                "station": place.station,
                "station_label": organisations().label(place.station) or None,
                "community": place.community or None,
            }
        )
