"""`GET /api/board/`: the board as one snapshot."""

import gzip
import re
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from boshan_police.kernel import live
from boshan_police.kernel.rendering import to_json
from dispatch.access import SEE_BOARD
from dispatch.selectors.board import snapshot
from grid.access import scope_of

_GZIP_LEVEL = 5
"""500 incidents and 1,700 units: 87 kB in 5 ms; level 6 takes 8 ms for 80 kB, level 1 3 ms for 110 kB, too much for a
station on a slow line."""


class BoardView(APIView):
    """Open incidents, units and unseen alarms in the caller's scope, and the health of the service."""

    permission = SEE_BOARD

    @extend_schema(
        operation_id="board",
        summary="The board",
        responses=OpenApiTypes.OBJECT,
        description="One snapshot of the caller's scope. Follow `/ws/board/` first, then fetch this, then apply "
        "what came meanwhile: a row counts only when its `version` is newer.",
    )
    def get(self, request: Any) -> HttpResponse:
        return packed(request, snapshot(request.user, scope_of(request.user), redis=live.answers()))


def packed(request: Any, answer: dict[str, Any]) -> HttpResponse:
    """A whole board as JSON, compressed where the caller takes it."""
    body = to_json(answer)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")):
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(body, content_type="application/json", headers=headers)
