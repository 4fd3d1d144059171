"""The audit trail, for whoever has to account for it."""

from django.contrib import admin

from boshan_police.kernel.models import AuditEntry
from grid.configuration import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did or was refused what, newest first."""

    list_display = ["at", "actor_name", "code", "target", "address"]
    list_filter = ["code"]
    search_fields = ["actor_name", "target"]
    ordering = ["-at"]
    fields = readonly_fields = ["at", "actor", "actor_name", "code", "target", "details", "address"]
