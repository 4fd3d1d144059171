"""Configuration of the forces: units, and the devices that say where they are."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.column import Several
from grid.configuration import ConfigurationAdmin, ReadOnlyAdmin
from grid.table import Table, columns_of
from grid.table_admin import TableAdmin

from .models import Device, Unit, UnknownDevice
from .models.unit import CAPABILITIES
from .services.configuration import unit_configure
from .services.device import device_token_issue

UNITS = Table(
    key=["call_sign"],
    columns=columns_of(
        Unit, "call_sign", "kind", "organisation", "station", "capabilities", "members",
        capabilities=Several(
            "capabilities", gettext_lazy("capabilities"), choices=CAPABILITIES, free=True, joined=True
        ),
    ),
    in_turn=False,  # a dispatcher waits for no preview
)  # fmt: skip


@admin.register(Unit)
class UnitAdmin(TableAdmin):
    """Units: call sign, kind, whose, what they can do. Duty and position are their crews' to change."""

    table = UNITS
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


_COUNTERS = ["taken", "late", "jump", "duplicate", "future", "old", "off_duty"]


@admin.register(Device)
class DeviceAdmin(ConfigurationAdmin):
    """Devices. A token is shown once, when the device is entered or a new one is issued; only its hash is kept."""

    list_display = ["identifier", "unit", "system", "active", "last_seen", *_COUNTERS[:4]]
    list_filter = ["active", "system"]
    list_select_related = ["unit"]
    search_fields = ["identifier", "unit__call_sign"]
    autocomplete_fields = ["unit"]
    fields = ["identifier", "unit", "system", "active", "last_seen", *_COUNTERS]
    readonly_fields = ["last_seen", *_COUNTERS]
    actions = ["issue_tokens"]

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=form.changed_data)  # the counters go on meanwhile
        else:
            obj.save()
            UnknownDevice.objects.filter(identifier=obj.identifier).delete()
            self._issue(request, obj)

    @admin.action(description=gettext_lazy("Issue a new token; the old one ends"))
    def issue_tokens(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        for device in queryset:
            self._issue(request, device)

    def _issue(self, request: HttpRequest, device: Device) -> None:
        token = device_token_issue(actor=request.user, device=device)
        address = request.build_absolute_uri(f"/osmand/?token={token}")
        text = _(
            "Token of %(device)s: %(token)s. It is not shown again. Address for Traccar Client: %(address)s"
        ) % {"device": device.identifier, "token": token, "address": address}
        self.message_user(request, text, messages.WARNING)


@admin.register(UnknownDevice)
class UnknownDeviceAdmin(ReadOnlyAdmin):
    """Names that points came under and no device has."""

    list_display = ["identifier", "points", "first_seen", "last_seen"]
    search_fields = ["identifier"]
