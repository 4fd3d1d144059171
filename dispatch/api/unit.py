"""Units: the list, and units as they are named in a request."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.inputs import CodeList, Text, checked, shortened
from boshan_police.kernel.pagination import NewestFirst
from dispatch.selectors import board
from grid.access import scope_of
from patrol import access
from patrol.models import Unit
from patrol.selectors.unit import unit_keys, units_in

from .output import ErrorOutput, UnitOutput, listed

_LARGEST_KEY = 2**63 - 1


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class UnitName(serializers.Field):
    """A unit by its id (a number) or its call sign (text)."""

    default_error_messages = {"unit": gettext_lazy("Give a unit's id or its call sign.")}

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data <= _LARGEST_KEY:
            return data
        if isinstance(data, str) and 0 < len(name := data.strip()) <= 30 and name.isprintable():
            return unicodedata.normalize("NFC", name)
        raise serializers.ValidationError(self.error_messages["unit"], code="unit")


def keys_of(names: Sequence[int | str], *, field: str) -> list[int]:
    """The ids of units named by id or call sign; `Invalid` for the first that is not there. One query."""
    found = unit_keys(names) if names else {}
    for name in names:
        if name not in found:
            raise Invalid("unknown_unit", _("There is no unit “%s”.") % shortened(name), field=field)
    return [found[name] for name in names]


class UnitsInput(serializers.Serializer):
    """Filters of the list; lists of codes are parted by commas."""

    organisation = CodeList(required=False)
    station = CodeList(required=False)
    kind = CodeList(required=False, known=dict(Unit.Kind.choices))
    status = CodeList(required=False, known=dict(Unit.Status.choices))
    capability = Text(max_length=30, required=False)
    text = Text(max_length=30, required=False, help_text="In the call sign.")


class UnitPages(NewestFirst):
    """200 units a page, up to 2,000."""

    page_size = 200
    max_page_size = 2000


class UnitsView(APIView):
    """`/api/units/`"""

    permission = access.SEE_UNITS

    @extend_schema(
        summary="List units with position, status and the incident they are on",
        parameters=[
            UnitsInput,
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses={200: listed(UnitOutput, paged=True), 400: ErrorOutput},
    )
    def get(self, request: Request) -> Response:
        wanted = checked(UnitsInput, request.query_params)
        units = units_in(scope_of(request.user))
        for key in ("organisation", "station", "kind", "status"):
            if key in wanted:
                units = units.filter(**{f"{key}__in": wanted[key]})
        if "capability" in wanted:
            units = units.filter(capabilities__contains=[wanted["capability"]])
        if "text" in wanted:
            units = units.filter(call_sign__icontains=wanted["text"])
        pages = UnitPages()
        page = pages.paginate_queryset(units.values("id"), request, view=self)
        rows = board.unit_rows(Unit.objects.filter(pk__in=[row["id"] for row in page]))
        return pages.get_paginated_response(rows[::-1])
