"""Organisations: the tree by code."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.access import SIGNED_IN
from boshan_police.kernel.inputs import CodeList, checked
from grid.models import Organisation
from grid.selectors.organisation import organisations


class OrganisationsInput(serializers.Serializer):
    """Filter of the list."""

    kind = CodeList(required=False, known=dict(Organisation.Kind.choices))


class OrganisationOutput(serializers.Serializer):
    """A node of the tree."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    name = serializers.CharField()
    name_en = serializers.CharField()
    short_name = serializers.CharField()
    short_name_en = serializers.CharField()
    label = serializers.CharField(help_text="The short name in the language of the request.")
    parent = serializers.CharField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)


class OrganisationList(serializers.Serializer):
    """All organisations."""

    results = OrganisationOutput(many=True)


class OrganisationsView(APIView):
    """`/api/organisations/`"""

    permission = SIGNED_IN

    @extend_schema(
        summary="List organisations", parameters=[OrganisationsInput], responses={200: OrganisationList}
    )
    def get(self, request: Request) -> Response:
        kinds = checked(OrganisationsInput, request.query_params).get("kind")
        rows = [
            {
                "code": row.code,
                "kind": row.kind,
                "name": row.name,
                "name_en": row.name_en,
                "short_name": row.short_name,
                "short_name_en": row.short_name_en,
                "label": row.label,
                "parent": row.parent_id,
                "lat": row.lat,
                "lon": row.lon,
            }
            for row in organisations().by_code.values()
            if kinds is None or row.kind in kinds
        ]
        return Response({"results": rows})
