"""The editor of the territory, a page of the administration."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from leaflet import app_settings as leaflet

from grid.selectors.organisation import organisations


@ensure_csrf_cookie
def territory_editor(request: HttpRequest) -> HttpResponse:
    """Map, plans and forms; the scripts ask the API. Who may enter is asked by `ConfigurationSite.admin_view`."""
    config: dict[str, Any] = {
        "api": "/api/territory/",
        "stations": [{"code": row.code, "label": row.label} for row in organisations().stations],
        "map": map_settings(),
    }
    context = {
        **admin.site.each_context(request),
        "title": _("Territory"),
        "is_nav_sidebar_enabled": False,
        "config": config,
    }
    return render(request, "grid/territory_editor.html", context)


def map_settings() -> dict[str, Any]:
    """django-leaflet's settings as plain data: its own template tag would need an inline script."""
    return {
        "center": leaflet["DEFAULT_CENTER"],
        "zoom": leaflet["DEFAULT_ZOOM"],
        "min_zoom": leaflet["MIN_ZOOM"],
        "max_zoom": leaflet["MAX_ZOOM"],
        "tiles": [{"url": url, "options": options} for _name, url, options in leaflet["TILES"]],
    }
