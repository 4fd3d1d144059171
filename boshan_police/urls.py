"""Every address of the portal: pages per app, one API tree, health, admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from boshan_police.kernel.access import PUBLIC
from boshan_police.kernel.guard import page
from dispatch.views.health import health, metrics

from .api_document import ApiDocs, ApiDocument

# The texts of the pages' scripts, also of the sign-in page.
jsi18n = page(PUBLIC)(JavaScriptCatalog.as_view(packages=["boshan_police"]))

urlpatterns = [
    path("", include("grid.urls")),
    path("", include("patrol.urls")),
    path("", include("dispatch.urls")),
    path("api/", include("grid.api.urls")),
    path("api/", include("patrol.api.urls")),
    path("api/", include("dispatch.api.urls")),
    path("api/schema/", ApiDocument.as_view(), name="api-schema"),
    path("api/docs/", ApiDocs.as_view(), name="api-docs"),
    path("jsi18n/", jsi18n, name="jsi18n"),
    path("health/", health, name="health"),
    path("metrics/", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler400 = "boshan_police.kernel.answers.bad_request"
handler403 = "boshan_police.kernel.answers.forbidden"
handler404 = "boshan_police.kernel.answers.not_found"
handler500 = "boshan_police.kernel.answers.server_error"
