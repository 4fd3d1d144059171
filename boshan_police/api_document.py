"""The API's own description: the OpenAPI document and a page that reads it. Files from this server only."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from boshan_police.kernel.access import PUBLIC


class ApiDocument(SpectacularAPIView):
    """`/api/schema/`: what can be asked, no data; `?format=json` for JSON."""

    permission = PUBLIC


class ApiDocs(SpectacularSwaggerSplitView):
    """`/api/docs/`: its script comes as a file of its own, as our content security policy asks."""

    permission = PUBLIC
    template_name = "api_docs.html"
    url_name = "api-schema"
