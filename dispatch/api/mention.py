"""Whom a note can be for, and what one was named in."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Whole, checked
from dispatch import access
from dispatch.selectors import incident as incidents
from dispatch.selectors.mention import mentions_of, names_for
from dispatch.services.mention import mentions_see

from .output import ErrorOutput, SeenOutput, listed


class NameOutput(serializers.Serializer):
    """`@label` in a note; `initials` are those of its pinyin."""

    label = serializers.CharField()
    kind = serializers.ChoiceField(["person", "unit", "organisation"])
    detail = serializers.CharField()
    initials = serializers.CharField()


class MentionOutput(serializers.Serializer):
    """One note in which the reader was named, as `label`."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    open = serializers.BooleanField()
    category = serializers.CharField()
    address = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    label = serializers.CharField()
    text = serializers.CharField()
    seen_at = serializers.DateTimeField(allow_null=True)


class MentionsInput(serializers.Serializer):
    """Which ones were read."""

    ids = serializers.ListField(child=Whole(), max_length=100)


class NamesView(APIView):
    """`…/names/`"""

    permission = access.NOTE

    @extend_schema(
        summary="List who can be named in a note",
        description="Those who may read the incident. A unit or an organisation stands for its people on duty.",
        responses={200: listed(NameOutput), 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        names = names_for(incidents.incident_seen_by(request.user, number))
        rows = [
            {"label": name.label, "kind": name.kind, "detail": name.detail, "initials": name.initials}
            for name in names
        ]
        return Response({"results": rows})


class MentionsView(APIView):
    """`/api/mentions/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(
        operation_id="mentions",
        summary="List the notes in which one was named, newest first",
        responses={200: listed(MentionOutput)},
    )
    def get(self, request: Request) -> Response:
        return Response({"results": mentions_of(request.user)})


class MentionsSeenView(APIView):
    """`/api/mentions/seen/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(
        summary="Mark one's own mentions read",
        request=MentionsInput,
        responses={200: SeenOutput, 400: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        keys = checked(MentionsInput, request.data)["ids"]
        return Response({"seen": mentions_see(actor=request.user, keys=keys)})
