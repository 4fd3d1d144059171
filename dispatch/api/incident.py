"""Incidents: file, list, read, and their story."""

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.inputs import CodeList, Degrees, Instant, Phone, Text, Whole, checked
from boshan_police.kernel.pagination import NewestFirst
from dispatch import access
from dispatch.lifecycle import Status
from dispatch.models import Category
from dispatch.selectors import incident as incidents
from dispatch.services.incident import incident_file
from grid.coordinates import System, given_point

from .output import ErrorOutput, EventOutput, IncidentDetailOutput, IncidentOutput, listed


class FileInput(serializers.Serializer):
    """What a caller told. Latitude and longitude are degrees of `system`, both or neither; kept as WGS-84."""

    category = Text(max_length=20)
    priority = Whole(required=False, allow_null=True, help_text="1 to 4; preset by the category.")
    summary = Text(max_length=2000, lines=True, allow_blank=True, default="")
    address = Text(max_length=200, allow_blank=True, default="")
    lat = Degrees(limit=90, required=False, allow_null=True)
    lon = Degrees(limit=180, required=False, allow_null=True)
    system = serializers.ChoiceField([one.value for one in System], default=System.WGS84.value)
    caller_name = Text(max_length=40, allow_blank=True, default="")
    caller_phone = Phone(allow_blank=True, default="")
    reported_at = Instant(required=False, allow_null=True, help_text="Now, where it is missing.")


@extend_schema_field(OpenApiTypes.STR)
class PriorityList(CodeList):
    """Priorities parted by commas, as in `?priority=1,2`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(known=dict.fromkeys("1234"), **kwargs)

    def to_internal_value(self, data: Any) -> list[int]:
        return [int(code) for code in super().to_internal_value(data)]


class ListInput(serializers.Serializer):
    """Filters of the list; lists of codes are parted by commas."""

    station = CodeList(required=False)
    category = CodeList(required=False)
    group = CodeList(required=False, known=dict(Category.Group.choices))
    status = CodeList(required=False, known=dict(Status.choices))
    priority = PriorityList(required=False)
    open = serializers.BooleanField(required=False, allow_null=True, default=None)
    since = Instant(days=True, required=False, help_text="Received at or after this; a date is its start.")
    until = Instant(days=True, required=False, help_text="Received before this; a date is its start.")
    text = Text(max_length=100, required=False, allow_blank=True)


_KEY_SIGNS = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 80 letters, digits, `-`, `_`, `.`, `:`. The same submission twice makes one incident.",
)


class IncidentsView(APIView):
    """`/api/incidents/`"""

    permission = {"GET": access.SEE_INCIDENT, "POST": access.FILE_INCIDENT}

    @extend_schema(
        operation_id="incidents_list",
        summary="List incidents, newest first",
        parameters=[ListInput, OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
        responses={200: listed(IncidentOutput, paged=True), 400: ErrorOutput},
    )
    def get(self, request: Request) -> Response:
        matching = incidents.incidents_matching(request.user, checked(ListInput, request.query_params))
        pages = NewestFirst()
        page = pages.paginate_queryset(matching.values("id"), request, view=self)
        return pages.get_paginated_response(incidents.incident_rows([row["id"] for row in page]))

    @extend_schema(
        summary="File an incident",
        description=(
            "201 for a new incident. 200 with `Idempotency-Replayed: true` and the same incident where this "
            "`Idempotency-Key` came before; 409 `idempotency_key_reused` where it came with other content."
        ),
        parameters=[_KEY],
        request=FileInput,
        responses={
            201: IncidentOutput,
            200: IncidentOutput,
            400: ErrorOutput,
            403: ErrorOutput,
            409: ErrorOutput,
        },
    )
    def post(self, request: Request) -> Response:
        filed = incident_file(
            actor=request.user,
            idempotency_key=idempotency_key_of(request),
            **taken(checked(FileInput, request.data)),
        )
        incident = filed.incident
        headers = {"Location": reverse("api-incident", args=[incident.number])}
        if filed.created:
            return Response(incidents.incident_row_as_filed(incident), status=201, headers=headers)
        (row,) = incidents.incident_rows([incident.pk])
        return Response(row, headers={**headers, "Idempotency-Replayed": "true"})


def taken(given: dict[str, Any]) -> dict[str, Any]:
    """`FileInput` as `incident_file` takes it: the point in WGS-84, with what it was converted from."""
    system = given.pop("system")
    if given.get("lat") is None or given.get("lon") is None:
        return given
    point = given_point(given["lat"], given["lon"], system)
    return {
        **given,
        "lat": point.lat,
        "lon": point.lon,
        "point_system": point.system,
        "point_given": point.text,
    }


def idempotency_key_of(request: Request) -> str | None:
    """The key of a submission, so that a repeat makes nothing twice; None without one."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if key and not _KEY_SIGNS.fullmatch(key):
        raise Invalid(
            "idempotency_key_invalid",
            _("An Idempotency-Key has up to 80 letters, digits, and - _ . : only."),
            field="Idempotency-Key",
        )
    return key or None


class IncidentView(APIView):
    """`/api/incidents/{number}/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(
        summary="Read an incident",
        description="`can` says which verbs are possible now for the one who asks.",
        responses={200: IncidentDetailOutput, 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        incident = incidents.incident_seen_by(request.user, number)
        return Response(incidents.incident_detail(request.user, incident))


class EventsView(APIView):
    """`/api/incidents/{number}/events/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(
        summary="Read an incident's timeline, oldest first",
        responses={200: listed(EventOutput), 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        incident = incidents.incident_seen_by(request.user, number)
        return Response({"results": incidents.timeline_rows(incident)})
