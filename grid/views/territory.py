"""The editor of the territory, a page of the administration."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from grid.selectors.organisation import organisations


@ensure_csrf_cookie
def territory_editor(request: HttpRequest) -> HttpResponse:
    """Map, plans and forms; the scripts ask the API. Who may enter is asked by `ConfigurationSite.admin_view`."""
    leaflet = settings.LEAFLET_CONFIG
    config: dict[str, Any] = {
        "api": "/api/territory/",
        "stations": [{"code": row.code, "label": row.label} for row in organisations().stations],
        "map": {
            "center": leaflet["DEFAULT_CENTER"],
            "zoom": leaflet["DEFAULT_ZOOM"],
            "min_zoom": leaflet["MIN_ZOOM"],
            "max_zoom": leaflet["MAX_ZOOM"],
            "tiles": [{"url": url, "options": options} for _name, url, options in leaflet["TILES"]],
        },
    }
    context = {
        **admin.site.each_context(request),
        "title": _("Territory"),
        "is_nav_sidebar_enabled": False,
        "config": config,
    }
    return render(request, "grid/territory_editor.html", context)
