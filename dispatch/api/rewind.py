"""The board of the past: as it was at an instant, what happened in a span, the life of one incident."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Instant, Text, checked
from dispatch import access
from dispatch.selectors.incident import incident_seen_by
from dispatch.selectors.moments import played
from dispatch.services.rewind import board_look_back, span_open

from .board import packed


class AtInput(serializers.Serializer):
    """Which instant; `span` is the key that `/api/board/moments/` gave."""

    at = Instant()
    span = Text(max_length=300, required=False, default="")


class MomentsInput(serializers.Serializer):
    """From when to when; `number` for one incident alone."""

    start = Instant()
    end = Instant()
    number = serializers.RegexField(r"^[0-9]{15,24}$", required=False, default=None)


class BoardAtView(APIView):
    """`/api/board/at/`"""

    permission = access.REWIND

    @extend_schema(
        operation_id="board_at",
        summary="The board as it was",
        parameters=[AtInput],
        responses=OpenApiTypes.OBJECT,
        description="The shape of `/api/board/` at a past instant, in the caller's scope of today, with `unknown`: "
        "numbers of incidents of which nobody kept how they were. `health` is null, as is the version of a unit that "
        "has moved. Each look without an opened span stands in the audit trail.",
    )
    def get(self, request: Request) -> HttpResponse:
        return packed(request, board_look_back(actor=request.user, **checked(AtInput, request.query_params)))


class MomentsView(APIView):
    """`/api/board/moments/`"""

    permission = access.REWIND

    @extend_schema(
        operation_id="board_moments",
        summary="What happened in a span of the past",
        parameters=[MomentsInput],
        responses=OpenApiTypes.OBJECT,
        description="Opens a span of at most a day, of one incident also longer: `moments`, oldest first, and the key "
        "`span` for `/api/board/at/`. Each opened span stands in the audit trail.",
    )
    def get(self, request: Request) -> HttpResponse:
        opened = span_open(actor=request.user, **checked(MomentsInput, request.query_params))
        return packed(request, {"span": opened.key, "moments": opened.moments})


class PlayedView(APIView):
    """`/api/incidents/{number}/played/`"""

    permission = access.REWIND

    @extend_schema(
        operation_id="incident_played",
        summary="The life of an incident",
        responses=OpenApiTypes.OBJECT,
        description="From when to when, what was recommended beside what was sent, and who was told and saw it when.",
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        return packed(request, played(incident_seen_by(request.user, number)))
