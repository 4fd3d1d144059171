"""Configuration of the ground: organisations, accounts and their tokens, grids, people."""

import base64
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.validators import validate_email
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid

from .configuration import ConfigurationAdmin, ConfigurationInline
from .models import Contact, Duty, Gateway, Grid, Hazard, MachineToken, Organisation, Person, Posting, User
from .models.contact import new_secret
from .place_name_admin import PlaceNameAdmin, PlaceNameFileAdmin  # noqa: F401 - registers
from .services.hazard import hazard_check
from .services.token import tokens_revoke
from .table_admin import TableAdmin
from .tables import ACCOUNTS, DUTIES, ORGANISATIONS, PEOPLE
from .views.territory import territory_editor

admin.site.unregister(Group)  # importing Django's UserAdmin puts it there; rights follow from the role alone


class OrganisationForm(forms.ModelForm):
    """Keeps the tree a tree."""

    def clean_parent(self) -> Organisation | None:
        parent: Organisation | None = self.cleaned_data["parent"]
        above, seen = parent, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("An organisation can't stand below itself."), code="circle")
            seen.add(above.pk)
            above = above.parent
        return parent


@admin.register(Organisation)
class OrganisationAdmin(TableAdmin):
    """Organisations. The code is what rows and exports speak of, so it stays."""

    table = ORGANISATIONS
    form = OrganisationForm
    list_display = ["code", "short_name", "name", "kind", "parent"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name", "name_en", "short_name"]
    autocomplete_fields = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []


class AccountCreationForm(AdminUserCreationForm):
    """A new account with its first password."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "role", "organisation", "phone")


class AccountChangeForm(UserChangeForm):
    """An account; nobody closes or demotes their own."""

    actor: User

    class Meta(UserChangeForm.Meta):
        model = User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk == self.actor.pk:
            for field in ("is_active", "role"):
                if field in self.changed_data:
                    self.add_error(field, _("Ask another administrator to change this for you."))
        return cleaned


@admin.register(User)
class AccountAdmin(TableAdmin, UserAdmin):
    """Accounts: password, role, organisation. A closed account's sessions and tokens end at once."""

    table = ACCOUNTS
    form, add_form = AccountChangeForm, AccountCreationForm
    list_display = ["username", "name", "role", "organisation", "is_active", "tokens", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["organisation"]
    search_fields = ["username", "name", "phone"]
    ordering = ["username"]
    autocomplete_fields = ["organisation"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined", "tokens"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "phone"]}),
        (gettext_lazy("Rights"), {"fields": ["role", "organisation", "is_active"]}),
        (gettext_lazy("Traces"), {"fields": ["tokens", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    "name",
                    "phone",
                    "role",
                    "organisation",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        ),
    ]
    actions = ["revoke_tokens"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(token_count=Count("auth_token_set"))

    @admin.display(description=gettext_lazy("tokens"))
    def tokens(self, account: User) -> int:
        return account.token_count

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        form.actor = request.user  # the class is made anew for each request
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Revoke all tokens"))
    def revoke_tokens(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        ended = sum(tokens_revoke(actor=request.user, owner=account) for account in accounts)
        text = ngettext("%s token revoked.", "%s tokens revoked.", ended) % ended
        self.message_user(request, text, messages.SUCCESS)


@admin.register(MachineToken)
class TokenAdmin(ConfigurationAdmin):
    """Tokens of machines. Only hashes are stored, so there is nothing to show and nothing to change but an end."""

    list_display = ["token_key", "user", "created", "expiry"]
    list_select_related = ["user"]
    search_fields = ["token_key", "user__username", "user__name"]
    fields = readonly_fields = ["token_key", "user", "created", "expiry"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


@admin.register(Grid)
class GridAdmin(ConfigurationAdmin):
    """Grids: names and stations. Borders are drawn, and changes with a day scheduled, in the editor."""

    list_display = ["code", "station", "community", "corners", "valid_until"]
    list_filter = [
        ("station", admin.RelatedOnlyFieldListFilter),
        ("valid_until", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["station"]
    search_fields = ["code", "community"]
    readonly_fields = ["corners", "valid_from", "valid_until"]
    fields = ["code", "station", "community_code", "community", "lat", "lon", *readonly_fields]

    def get_urls(self) -> list[URLPattern]:
        editor = self.admin_site.admin_view(territory_editor)
        return [path("territory/", editor, name="grid_grid_territory"), *super().get_urls()]

    @admin.display(description=gettext_lazy("boundary"))
    def corners(self, grid: Grid) -> str:
        return _("%(count)s corners") % {"count": _corners(grid.boundary["coordinates"])}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_add_permission


def _corners(coordinates: Any) -> int:
    """How many positions a GeoJSON coordinate array holds."""
    if coordinates and isinstance(coordinates[0], int | float):
        return 1
    return sum(_corners(part) for part in coordinates)


class PostingInline(ConfigurationInline):
    """The grids somebody serves, and when."""

    model = Posting
    autocomplete_fields = ["grid"]


@admin.register(Person)
class PersonAdmin(TableAdmin):
    """The people of the grids and their posts."""

    table = PEOPLE
    list_display = ["number", "name", "kind", "organisation"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["number", "name"]
    autocomplete_fields = ["organisation"]
    inlines = [PostingInline]


@admin.register(Duty)
class DutyAdmin(TableAdmin):
    """The duty roster: an escalation reaches who is on it. A role without a roster is reached as a whole."""

    table = DUTIES
    list_display = ["person", "role", "organisation", "turn"]
    list_select_related = ["person__organisation"]
    list_filter = ["person__role", "person__organisation"]
    search_fields = ["person__name", "person__username"]
    autocomplete_fields = ["person"]

    @admin.display(description=gettext_lazy("period"), ordering="period")
    def turn(self, duty: Duty) -> str:
        begins, ends = clock.local(duty.period.lower), clock.local(duty.period.upper)
        return f"{begins:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("role"))
    def role(self, duty: Duty) -> str:
        return str(duty.person.get_role_display())

    @admin.display(description=gettext_lazy("organisation"))
    def organisation(self, duty: Duty) -> str:
        return duty.person.organisation.label


class GatewayForm(forms.ModelForm):
    """A secret that both sides can sign with."""

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        try:
            raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            raw = b""
        if not secret.startswith("whsec_") or len(raw) < 24:
            raise forms.ValidationError(_("A secret is whsec_ and at least 24 random bytes in base64."))
        return secret


@admin.register(Gateway)
class GatewayAdmin(ConfigurationAdmin):
    """Gateways that pass notices on. The secret is what both sides sign with."""

    form = GatewayForm
    list_display = ["name", "url", "active", "people"]
    fields = ["name", "url", "secret", "active"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), "secret": new_secret()}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Gateway]:
        return super().get_queryset(request).annotate(contact_count=Count("contacts"))

    @admin.display(description=gettext_lazy("contacts"))
    def people(self, gateway: Gateway) -> int:
        return gateway.contact_count

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ContactForm(forms.ModelForm):
    """An e-mail address is one."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("channel") == Contact.Channel.EMAIL and cleaned.get("address"):
            try:
                validate_email(cleaned["address"])
            except forms.ValidationError as error:
                self.add_error("address", error)
        return cleaned


@admin.register(Contact)
class ContactAdmin(ConfigurationAdmin):
    """How people are reached beside the screen. A contact is retired, not removed: the record says where notices went."""

    form = ContactForm
    list_display = ["person", "channel", "gateway", "shown_address", "active"]
    list_filter = ["channel", "active", "gateway"]
    list_select_related = ["person", "gateway"]
    search_fields = ["person__name", "person__username"]
    autocomplete_fields = ["person"]
    fields = ["person", "channel", "gateway", "address", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # A browser's address is the key to it; where notices went before is not rewritten.
        return ["person", "channel", "gateway", "address"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HazardForm(forms.ModelForm):
    """The same rules as where a station enters one; an old one may be withdrawn after its end."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = {name: cleaned.get(name) for name in ("kind", "text", "reason", "valid_until")}
        if all(given.values()) and set(self.changed_data) & {*given, "address"}:
            try:
                hazard_check(**given, address=cleaned.get("address") or "")
            except Invalid as error:
                self.add_error(error.field, str(error.message))
        return cleaned


@admin.register(Hazard)
class HazardAdmin(ConfigurationAdmin):
    """Warnings about places. They are about the place, never about a person, and each has an end."""

    form = HazardForm
    list_display = ["kind", "text", "address", "valid_until", "entered_by", "withdrawn_at"]
    list_filter = ["kind", "valid_until"]
    list_select_related = ["entered_by"]
    search_fields = ["text", "address"]
    fields = ["kind", "text", "address", "lat", "lon", "reason", "valid_until", "withdrawn_at"]

    def save_model(self, request: HttpRequest, obj: Hazard, form: Any, change: bool) -> None:
        if not change:
            obj.entered_at, obj.entered_by = clock.now(), request.user
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
