"""Several callers, one matter: what a new call may be about, and joining it."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Degrees, Phone, Text, checked
from dispatch import access
from dispatch.selectors import incident as incidents
from dispatch.selectors.similar import similar_incidents
from dispatch.services.caller import caller_join

from .incident import idempotency_key_of
from .output import ErrorOutput, IncidentDetailOutput


class SimilarInput(serializers.Serializer):
    """What is known of the new call so far."""

    lat = Degrees(limit=90, required=False, allow_null=True, default=None)
    lon = Degrees(limit=180, required=False, allow_null=True, default=None)
    category = Text(max_length=20, allow_blank=True, default="")
    caller_phone = Phone(allow_blank=True, default="")


class SimilarView(APIView):
    """`/api/incidents/similar/`; a POST, so that no phone number stands in an address or a log."""

    permission = access.FILE_INCIDENT

    @extend_schema(
        operation_id="incidents_similar",
        summary="Find incidents that a new call may be about",
        description="Open ones within 400 m and an hour, and those from the same phone within a day; the likeliest "
        "first, at most three. `metres` is null without a point.",
        request=SimilarInput,
        responses={200: OpenApiTypes.OBJECT, 400: ErrorOutput, 403: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        return Response({"results": similar_incidents(request.user, **checked(SimilarInput, request.data))})


class JoinInput(serializers.Serializer):
    """What the further caller said, and who it was."""

    said = Text(max_length=2000, lines=True, allow_blank=True, default="")
    caller_name = Text(max_length=40, allow_blank=True, default="")
    caller_phone = Phone(allow_blank=True, default="")


class CallersView(APIView):
    """`…/callers/`"""

    permission = access.FILE_INCIDENT

    @extend_schema(
        summary="Join a further caller to a running incident",
        description=(
            "Nobody else is sent. The same `Idempotency-Key` joins once; 409 `idempotency_key_reused` where it came "
            "with other words or to another incident."
        ),
        request=JoinInput,
        responses={
            201: IncidentDetailOutput,
            400: ErrorOutput,
            403: ErrorOutput,
            404: ErrorOutput,
            409: ErrorOutput,
        },
    )
    def post(self, request: Request, number: str) -> Response:
        caller_join(
            actor=request.user,
            number=number,
            idempotency_key=idempotency_key_of(request),
            **checked(JoinInput, request.data),
        )
        incident = incidents.incident_seen_by(request.user, number)
        return Response(incidents.incident_detail(request.user, incident), status=201)
