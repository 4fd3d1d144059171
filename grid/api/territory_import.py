"""A file of grids: looked at, compared with the territory, put into a draft. The file is sent each time, nothing is kept."""

from typing import Any

import orjson
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.inputs import Text, Whole, checked
from boshan_police.kernel.parsing import TooLarge
from grid import access
from grid.coordinates import System
from grid.interchange import MOST_BYTES, Sheet, read_sheet
from grid.selectors.territory_plan import plan_document
from grid.services.territory_import import FIELDS, columns_guessed, compared, plan_import

_FORM_BYTES = 64 * 1024  # what a form adds around its file
_SAMPLE = 5


class FileParser(MultiPartParser):
    """A form with one file; a body larger than any is not read at all."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > MOST_BYTES + _FORM_BYTES:
            raise TooLarge(_("The file is larger than 20 MB."))
        return super().parse(stream, media_type, parser_context)


class TerritoryImportInput(serializers.Serializer):
    """`columns`: JSON, {code, station, community_code, community} → column of the file; without it a guess is made."""

    layer = Text(max_length=200, allow_blank=True, default="")
    system = serializers.ChoiceField(
        [one.value for one in System], allow_blank=True, default="", help_text="Empty: what the file says"
    )
    columns = Text(max_length=2000, allow_blank=True, default="")
    retire = serializers.BooleanField(default=False, help_text="Retire grids that the file lacks")
    repair = serializers.BooleanField(default=False, help_text="Make shapes simple that cross themselves")
    skip = serializers.BooleanField(default=False, help_text="Leave out what can't be used")
    version = Whole(required=False, allow_null=True, default=None)


_BODY = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "layer": {"type": "string"},
            "system": {"type": "string", "enum": ["", *(one.value for one in System)]},
            "columns": {"type": "string"},
            **{name: {"type": "boolean"} for name in ("retire", "repair", "skip")},
            "version": {"type": "integer"},
        },
        "required": ["file"],
    }
}


def _read(request: Request) -> tuple[Sheet, dict[str, str], dict[str, Any]]:
    given = checked(TerritoryImportInput, request.data)
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("file_missing", _("Choose a file."), field="file")
    sheet = read_sheet(upload.read(MOST_BYTES + 1), layer=given["layer"], system=given["system"])
    return sheet, _columns(given["columns"]) or columns_guessed(sheet.columns), given


def _columns(text: str) -> dict[str, str]:
    try:
        columns = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        columns = None
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise Invalid("columns_unreadable", _("The choice of columns can't be read."), field="columns")
    return {name: value for name, value in columns.items() if name in FIELDS}


class ImportLookView(APIView):
    """`/api/territory/import/`"""

    permission = access.PLAN_TERRITORY
    parser_classes = [FileParser]

    @extend_schema(
        summary="Look at a file of grids",
        description=(
            "GeoJSON, zipped Shapefile, KML or GeoPackage by content; at most 20 MB, 5,000 shapes and 200,000 "
            "corners. Answers what is in it and what it would change; nothing is kept."
        ),
        request=_BODY,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        require(request.user, access.PLAN_TERRITORY)
        sheet, columns, given = _read(request)
        found = (
            compared(sheet, columns, retire=given["retire"], repair=given["repair"])
            if columns.get("code")
            else None
        )
        return Response(
            {
                "format": sheet.format,
                "layer": sheet.layer,
                "layers": sheet.layers,
                "crs": sheet.crs[:80],
                "columns": sheet.columns,
                "sample": sheet.rows[:_SAMPLE],
                "count": len(sheet.rows),
                "chosen": columns,
                "counts": found.counts() if found else None,
                "rows": found.rows if found else [],
                "problems": found.problems if found else [],
            }
        )


class PlanImportView(APIView):
    """`…/plans/{id}/import/`"""

    permission = access.PLAN_TERRITORY
    parser_classes = [FileParser]

    @extend_schema(
        summary="Put what a file changes into a draft", request=_BODY, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, key: int) -> Response:
        sheet, columns, given = _read(request)
        plan, found = plan_import(
            actor=request.user,
            key=key,
            sheet=sheet,
            columns=columns,
            **{name: given[name] for name in ("retire", "repair", "skip", "version")},
        )
        return Response({**plan_document(plan), "counts": found.counts()})
