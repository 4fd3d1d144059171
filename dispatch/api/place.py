"""Places for the intake and the board: finding one as it is typed, and what happened there before."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Degrees, Text, checked
from dispatch import access
from dispatch.lifecycle import Status
from dispatch.selectors.place_search import places_like
from dispatch.services.place_history import place_history_of_incident, place_history_of_point
from grid.api.hazard import HazardOutput

from .output import ErrorOutput, listed


class SearchInput(serializers.Serializer):
    """What is typed so far."""

    text = Text(max_length=200, help_text="Characters, or pinyin: whole, initials or mixed.")


class FoundPlaceOutput(serializers.Serializer):
    """A place that may be meant, in WGS-84 degrees."""

    source = serializers.ChoiceField(["gazetteer", "area", "incident"])
    name = serializers.CharField()
    address = serializers.CharField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    inside = serializers.BooleanField(help_text="Of the district.")
    grid = serializers.CharField(allow_null=True)
    station = serializers.CharField(allow_null=True)
    station_label = serializers.CharField()
    community = serializers.CharField()


class PlaceSearchView(APIView):
    """`/api/places/search/`"""

    permission = access.FILE_INCIDENT

    @extend_schema(
        operation_id="places_search",
        summary="Find a place by name, address or pinyin",
        description="The gazetteer first, nearest to one's own ground among equals, then areas and addresses of "
        "earlier incidents in one's scope; at most eight.",
        parameters=[SearchInput],
        responses={200: listed(FoundPlaceOutput), 400: ErrorOutput},
    )
    def get(self, request: Request) -> Response:
        typed = checked(SearchInput, request.query_params)["text"]
        return Response({"results": places_like(request.user, typed)})


class EarlierIncidentOutput(serializers.Serializer):
    """One incident at this place."""

    number = serializers.CharField()
    category = serializers.CharField()
    label = serializers.CharField(help_text="Of the category.")
    at = serializers.DateTimeField()
    status = serializers.ChoiceField(Status.choices)
    status_label = serializers.CharField()
    open = serializers.BooleanField()
    outcome = serializers.CharField()
    metres = serializers.IntegerField(allow_null=True)
    same_address = serializers.BooleanField()


class PlaceHistoryOutput(serializers.Serializer):
    """What happened at a place, and the warnings that hold there."""

    metres = serializers.IntegerField(help_text="How near counts as the same place.")
    months = serializers.IntegerField()
    recent_days = serializers.IntegerField()
    recent = serializers.IntegerField(help_text="How many within `recent_days`.")
    total = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Older ones were left out.")
    incidents = EarlierIncidentOutput(many=True)
    hazards = HazardOutput(many=True)


class PlaceHistoryInput(serializers.Serializer):
    """A place in WGS-84 degrees, an address, or both."""

    lat = Degrees(limit=90, required=False, allow_null=True, default=None)
    lon = Degrees(limit=180, required=False, allow_null=True, default=None)
    address = Text(max_length=200, allow_blank=True, default="")


class PlaceHistoryView(APIView):
    """`/api/places/history/`; a POST, since it leaves a trace and no address stands in a log of addresses."""

    permission = access.FILE_INCIDENT

    @extend_schema(
        operation_id="places_history",
        summary="What happened at a place before",
        description="Incidents of twelve months within 80 m or at the same address, in one's scope. Each look is audited.",
        request=PlaceHistoryInput,
        responses={200: PlaceHistoryOutput, 400: ErrorOutput, 403: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        return Response(
            place_history_of_point(actor=request.user, **checked(PlaceHistoryInput, request.data))
        )


class IncidentPlaceView(APIView):
    """`…/place/`"""

    permission = access.SEE_PLACE_HISTORY

    @extend_schema(
        operation_id="incident_place",
        summary="What happened at an incident's place before",
        description="Each look is audited.",
        responses={200: PlaceHistoryOutput, 403: ErrorOutput, 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(place_history_of_incident(actor=request.user, number=number))
