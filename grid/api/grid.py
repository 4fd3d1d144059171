"""The territory for maps: grids, station lines, district line. Loaded once by a browser, then asked for by its ETag."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from grid import access
from grid.selectors.territory_map import territory_map


class GridsView(APIView):
    """`/api/grids/`"""

    permission = access.SEE_GRIDS

    @extend_schema(
        summary="Get the territory as GeoJSON",
        description=(
            "A FeatureCollection in WGS-84, 5 digits. `properties.kind` is `grid` (with `code`, `station`, "
            "`community`), `station` (with `code`, `name`, `name_en`) or `district`. Answers 304 to the "
            "`If-None-Match` of its strong ETag."
        ),
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        document = territory_map()
        compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        # A strong ETag names bytes, so each encoding has its own.
        etag = f'"{document.digest}{"-gzip" if compressed else ""}"'
        response: HttpResponse | None = get_conditional_response(request._request, etag=etag)
        if response is None or response.status_code != 304:
            body = document.gzipped if compressed else document.plain
            response = HttpResponse(body, content_type="application/geo+json")
            if compressed:
                response["Content-Encoding"] = "gzip"
        response["ETag"] = etag
        # Kept by the browser alone and asked for anew each time: a changed grid shows at the next look.
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Accept-Encoding", "Authorization", "Cookie"])
        return response
