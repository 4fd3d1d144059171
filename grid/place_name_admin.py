"""Configuration of the gazetteer: names one by one, and files with a preview before anything changes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boshan_police.kernel.access import require
from boshan_police.kernel.errors import DomainError

from .access import CONFIGURE
from .configuration import ConfigurationAdmin, ReadOnlyAdmin
from .coordinates import System
from .models import PlaceName, PlaceNameFile
from .selectors.organisation import organisations
from .selectors.territory import territory
from .services.place_name import place_name_file_check, place_name_file_import, place_name_file_take

_LISTED = 500  # faults and names a page shows; all are counted


class FileForm(forms.Form):
    """A file and what its coordinates are."""

    file = forms.FileField(label=gettext_lazy("File (csv or xlsx)"))
    system = forms.ChoiceField(
        label=gettext_lazy("Coordinates are"),
        choices=[
            (System.WGS84.value, gettext_lazy("GPS (WGS-84)")),
            (System.GCJ02.value, gettext_lazy("Amap, Tencent (GCJ-02)")),
            (System.BD09.value, gettext_lazy("Baidu (BD-09)")),
        ],
        help_text=gettext_lazy("Of the whole file; they are converted once, at the import."),
    )


@admin.register(PlaceName)
class PlaceNameAdmin(ConfigurationAdmin):
    """The gazetteer. A place that is gone is retired, so that it is no longer offered."""

    list_display = ["name", "other", "address", "kind", "station", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["name", "aliases", "address", "initials"]
    fields = ["name", "aliases", "address", "kind", "lat", "lon", "source", "active"]
    change_list_template = "admin/grid/placename/change_list.html"

    @admin.display(description=gettext_lazy("other names"))
    def other(self, name: PlaceName) -> str:
        return name.aliases

    @admin.display(description=gettext_lazy("station"))
    def station(self, name: PlaceName) -> str:
        return _station(name) or "—"


def _station(name: PlaceName) -> str:
    return organisations().label(territory().locate(name.lat, name.lon).station)


_DONE = ["name", "system", "uploaded_at", "uploaded_by", "imported_at", "added", "changed"]


@admin.register(PlaceNameFile)
class PlaceNameFileAdmin(ReadOnlyAdmin):
    """Files for the gazetteer: what came, what it did. `take` brings a new one."""

    list_display = [*_DONE, "next_step"]
    list_select_related = ["uploaded_by"]
    list_display_links = None
    fields = readonly_fields = _DONE
    change_list_template = "admin/grid/placenamefile/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaceNameFile]:
        return super().get_queryset(request).defer("rows")

    def has_delete_permission(self, request: HttpRequest, obj: PlaceNameFile | None = None) -> bool:
        """What was imported stands there as what was done."""
        return CONFIGURE.allows(request.user) and (obj is None or obj.imported_at is None)

    @admin.display(description=gettext_lazy("next step"))
    def next_step(self, file: PlaceNameFile) -> str:
        if file.imported_at:
            return "—"
        check, remove = (
            reverse(f"admin:grid_placenamefile_{name}", args=[file.pk]) for name in ("check", "delete")
        )
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>', check, _("Check the file"), remove, _("Remove")
        )

    def get_urls(self) -> list[Any]:
        site = self.admin_site.admin_view
        return [
            path("take/", site(self.take), name="grid_placenamefile_take"),
            path("<int:key>/check/", site(self.check_file), name="grid_placenamefile_check"),
            *super().get_urls(),
        ]

    def take(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; it is read and kept, and its preview follows."""
        require(request.user, CONFIGURE)
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                file = place_name_file_take(
                    actor=request.user,  # type: ignore[arg-type]
                    file=upload,
                    name=upload.name,
                    size=upload.size,
                    system=form.cleaned_data["system"],
                )
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
            else:
                return redirect("admin:grid_placenamefile_check", file.pk)
        context = {**self.admin_site.each_context(request), "title": _("Import place names"), "form": form}
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/grid/placenamefile/take.html", context, status=status)

    def check_file(self, request: HttpRequest, key: int) -> HttpResponse:
        """What the file would do, row by row; a post takes it over."""
        require(request.user, CONFIGURE)
        file = PlaceNameFile.objects.filter(pk=key, imported_at=None).first()
        if file is None:
            messages.info(request, _("This file was imported before."))
            return redirect("admin:grid_placenamefile_changelist")
        if request.method == "POST":
            try:
                done = place_name_file_import(actor=request.user, key=key)  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, str(error.message))
                return redirect("admin:grid_placenamefile_check", key)
            words = {"added": done.added, "changed": done.changed}
            messages.success(request, _("%(added)s place names added, %(changed)s changed.") % words)
            return redirect(reverse("admin:grid_placename_changelist"))
        checked = place_name_file_check(file)
        names = [] if checked.faults else checked.names
        context = {
            **self.admin_site.each_context(request),
            "title": _("Check the file"),
            "file": file,
            "checked": checked,
            "faults": checked.faults[:_LISTED],
            "rows": [(name, _station(name)) for name in names[:_LISTED]],
            "listed": _LISTED,
            "total": len(checked.faults or names),
        }
        return TemplateResponse(request, "admin/grid/placenamefile/check.html", context)
