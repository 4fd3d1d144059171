"""Attachments of one incident: add, list, hand out."""

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.parsing import TooLarge
from dispatch import access
from dispatch.selectors.incident import attachment_rows, incident_seen_by
from dispatch.services.attachment import MOST_BYTES, attachment_add, attachment_open

from .output import AttachmentOutput, ErrorOutput, listed

_FORM_BYTES = 64 * 1024  # what a form adds around its file


class FileParser(MultiPartParser):
    """A form with one file; Django writes a large one to disk as it comes. A body larger than any is not read at all."""

    def parse(
        self, stream: object, media_type: str | None = None, parser_context: dict | None = None
    ) -> object:
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > MOST_BYTES + _FORM_BYTES:
            raise TooLarge(_("The file is larger than 20 MB."))
        return super().parse(stream, media_type, parser_context)


class AttachmentsView(APIView):
    """`…/attachments/`"""

    permission = {"GET": access.SEE_INCIDENT, "POST": access.NOTE}
    parser_classes = [FileParser]

    @extend_schema(summary="List the files", responses={200: listed(AttachmentOutput), 404: ErrorOutput})
    def get(self, request: Request, number: str) -> Response:
        return Response({"results": attachment_rows(incident_seen_by(request.user, number))})

    @extend_schema(
        summary="Attach a photo or a PDF",
        description="JPEG, PNG, WebP or PDF by content; at most 20 MB and 20 files. Photos are drawn anew.",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={
            201: listed(AttachmentOutput),
            400: ErrorOutput,
            403: ErrorOutput,
            404: ErrorOutput,
            409: ErrorOutput,
        },
    )
    def post(self, request: Request, number: str) -> Response:
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("file_missing", _("Choose a file."), field="file")
        row = attachment_add(actor=request.user, number=number, upload=upload)
        return Response({"results": attachment_rows(row.incident)}, status=201)


class AttachmentView(APIView):
    """`…/attachments/{id}/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(summary="Read a file", responses={(200, "*/*"): OpenApiTypes.BINARY, 404: ErrorOutput})
    def get(self, request: Request, number: str, key: int) -> FileResponse:
        incident = incident_seen_by(request.user, number)
        row = attachment_open(actor=request.user, incident=incident, key=key)
        shown = row.kind.startswith("image/")
        answer = FileResponse(row.open(), as_attachment=not shown, filename=row.name, content_type=row.kind)
        answer["Cache-Control"] = "private, no-store"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer
