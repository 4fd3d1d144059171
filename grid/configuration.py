"""The administration: who may enter it, and how each change there is told to the audit trail."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db.models import Model
from django.forms import BaseForm, CharField
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from boshan_police.kernel.inputs import Text, typed

from .access import CONFIGURE

_SECRETS = frozenset({"password", "password1", "password2", "secret"})


class ConfigurationSite(AdminSite):
    """Django's admin for the role *administrator*, by our own sign-in page; staff and superuser flags mean nothing."""

    site_title = site_header = _("Administration")
    index_title = _("Configuration")

    def has_permission(self, request: HttpRequest) -> bool:
        return CONFIGURE.allows(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """To the portal's sign-in page; who is signed in with another role is refused, readably."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted)
        require(request.user, CONFIGURE)
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return LogoutView.as_view(next_page="login")(request)


def _nothing_hidden(text: object) -> None:
    """Refuses control characters and marks that turn the direction of writing, in the words of every other edge."""
    if isinstance(text, str):
        typed(Text(max_length=len(text) + 1, lines=True, allow_blank=True), text)


class _ByRole:
    """Rights by the one rule, instead of Django's permission tables; text is looked at like everywhere."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, CharField):
            field.validators.append(_nothing_hidden)
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return CONFIGURE.allows(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return CONFIGURE.allows(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return CONFIGURE.allows(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return CONFIGURE.allows(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return CONFIGURE.allows(request.user)


class ConfigurationInline(_ByRole, TabularInline):
    """Rows that belong to a configured thing; their changes are told with it."""

    extra = 0


class ConfigurationAdmin(_ByRole, ModelAdmin):
    """A table of configuration: each addition, change and removal stands in the audit trail with the values, old and new."""

    show_full_result_count = False

    def construct_change_message(
        self, request: HttpRequest, form: BaseForm, formsets: Any, add: bool = False
    ) -> list[Any]:
        """Django's message, and the values beside it; Django's own reader of messages passes them by."""
        values = _changed_values(form)
        for formset in formsets or ():
            for row in formset.forms:
                values |= {f"{row.prefix}.{name}": pair for name, pair in _changed_values(row).items()}
        return [*super().construct_change_message(request, form, formsets, add), {"values": values}]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "added", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._audit(request, "removed", obj, str(obj))
        return super().log_deletions(request, queryset)

    def _audit(self, request: HttpRequest, act: str, obj: Model, message: Any) -> None:
        audit.record(
            actor=request.user,
            code=f"configuration.{act}",
            target=f"{obj._meta.model_name} {obj.pk}",
            details={"what": message},
            request=request,
        )


class ReadOnlyAdmin(ConfigurationAdmin):
    """A table to look at: what happened is not changed here."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class ReadOnlyInline(ConfigurationInline):
    """Rows to look at."""

    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


def _changed_values(form: BaseForm) -> dict[str, list[str]]:
    """{field: [before, after]} of what a form changed; secrets are named without their values."""
    return {
        name: ["…", "…"]
        if name in _SECRETS
        else [str(form.get_initial_for_field(form.fields[name], name)), str(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name in form.fields
    }
