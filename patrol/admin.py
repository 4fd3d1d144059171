"""Configuration of the forces: units."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grid.configuration import ConfigurationAdmin

from .models import Unit
from .services.configuration import unit_configure


@admin.register(Unit)
class UnitAdmin(ConfigurationAdmin):
    """Units: call sign, kind, whose, what they can do. Duty and position are their crews' to change."""

    list_display = ["call_sign", "kind", "organisation", "station", "status", "members"]
    list_filter = ["kind", "status", ("station", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organisation", "station"]
    search_fields = ["call_sign"]
    autocomplete_fields = ["organisation", "station"]
    fields = [
        "call_sign",
        "kind",
        "organisation",
        "station",
        "capabilities",
        "members",
        "status",
        "duty_until",
        "lat",
        "lon",
        "position_at",
    ]
    readonly_fields = ["status", "duty_until", "lat", "lon", "position_at"]

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        unit_configure(actor=request.user, unit=obj, changed=form.changed_data)
