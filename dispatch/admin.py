"""Configuration of the events: categories and escalation policies. Incidents are shown, never changed, here."""

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import clock
from boshan_police.kernel.masking import mask_name, mask_phone
from grid.configuration import ConfigurationAdmin, ConfigurationInline, ReadOnlyAdmin, ReadOnlyInline
from grid.pinyin import initials_of
from grid.table_admin import TableAdmin
from patrol.models import Unit

from .actions import describe
from .models import (
    Assignment,
    Category,
    Incident,
    IntakeTemplate,
    PlanNeed,
    Policy,
    PolicyStep,
    ResponsePlan,
    TimelineEntry,
)
from .selectors.plan import Need
from .selectors.policy import policy_words, told_now
from .selectors.recommendation import need_text
from .selectors.strength import beyond_strength
from .tables import CATEGORIES, PLANS, POLICIES

_LONGEST_SECONDS = 4 * 3600


class CategoryForm(forms.ModelForm):
    """Pinyin initials may be left empty: they follow from the name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["initials"].required = False
        self.fields["initials"].help_text = _("Empty: taken from the name")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("initials") and cleaned.get("name"):
            cleaned["initials"] = initials_of(cleaned["name"])[:20]
        return cleaned


@admin.register(Category)
class CategoryAdmin(TableAdmin):
    """Categories. A category that incidents have is retired, not removed."""

    table = CATEGORIES
    form = CategoryForm
    list_display = ["code", "name", "name_en", "initials", "group", "priority", "active"]
    list_filter = ["group", "priority", "active"]
    search_fields = ["code", "name", "name_en", "initials"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []


class SecondsField(forms.IntegerField):
    """A length of time: `90`, or `1:30` in minutes and seconds, also in full-width signs; shown as the latter."""

    default_error_messages = {"invalid": _("Write seconds, or minutes and seconds like 3:00.")}
    widget = forms.TextInput(attrs={"size": 8, "autocomplete": "off", "data-seconds": ""})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "widget": self.widget})

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60}:{value % 60:02}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
            if ":" in value:
                minutes, _sign, seconds = value.partition(":")
                if not re.fullmatch(r"[0-9]{1,5}", minutes) or not re.fullmatch(r"[0-5]?[0-9]", seconds):
                    raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
                return int(minutes) * 60 + int(seconds)
        number: int | None = super().to_python(value)
        return number


_LENGTHS = {models.PositiveIntegerField: {"form_class": SecondsField}}


@admin.register(IntakeTemplate)
class IntakeTemplateAdmin(ConfigurationAdmin):
    """Quick texts of the intake form. The form offers a category's first three, by Alt+T, Alt+Y and Alt+U."""

    list_display = ["title", "category", "text", "position", "active"]
    list_filter = ["active", ("category", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["category"]
    search_fields = ["title", "text"]
    autocomplete_fields = ["category"]


class PolicyStepFormSet(forms.BaseInlineFormSet):
    """Steps that rise: later ones tell the same or a higher level, none after four hours. Two at one time Django refuses."""

    def clean(self) -> None:
        super().clean()
        told: dict[str, list[tuple[int, int]]] = {}
        kept = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not self._should_delete_form(form)
        ]
        for form in sorted(kept, key=lambda form: form.cleaned_data["seconds"]):
            stage, seconds, level = (form.cleaned_data[name] for name in ("stage", "seconds", "level"))
            before = told.setdefault(stage, [])
            if seconds > _LONGEST_SECONDS:
                form.add_error("seconds", _("At most four hours (14,400 s)."))
            if any(level < other for _seconds, other in before):
                form.add_error(
                    "level", _("A higher level has been told before: the steps would go in a circle.")
                )
            before.append((seconds, level))


class PolicyStepInline(ConfigurationInline):
    """Who is told, after how many seconds, when a stage stands still."""

    model = PolicyStep
    formset = PolicyStepFormSet
    formfield_overrides = _LENGTHS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "seconds":
            kwargs["label"] = _("after, min:s")
        return super().formfield_for_dbfield(db_field, request, **kwargs)


_POLICY_WORDS = {
    "category": {"help_text": _("Empty: all categories without a policy of their own")},
    "follow_up_seconds": {"label": _("After a take-over, min:s")},
    "repeat_seconds": {"label": _("Repeat each, min:s")},
}


@admin.register(Policy)
class PolicyAdmin(TableAdmin):
    """Escalation policies with their steps. Timers already running keep the steps they were planned with."""

    table = POLICIES
    list_display = ["__str__", "follow_up_seconds", "repeat_seconds"]
    ordering = ["category", "priority"]
    list_filter = ["priority"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]
    inlines = [PolicyStepInline]
    formfield_overrides = _LENGTHS
    change_form_template = "admin/dispatch/policy/change_form.html"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs |= _POLICY_WORDS.get(db_field.name, {})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        words = {**(extra_context or {}), "policy_words": policy_words(), "told": told_now(clock.now())}
        return super().changeform_view(request, object_id, form_url, words)


class PlanNeedForm(forms.ModelForm):
    """The kinds as boxes to tick."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds"), choices=Unit.Kind.choices, widget=forms.CheckboxSelectMultiple
    )


class PlanNeedFormSet(forms.BaseInlineFormSet):
    """Needs. One beyond the bureau's strength is written and said: units may be entered later."""

    warnings: list[tuple[forms.ModelForm, str]]

    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not self._should_delete_form(form)
        ]
        needs = [
            Need(tuple(row["kinds"]), row["capability"], row["count"])
            for row in (form.cleaned_data for form in kept)
        ]
        self.warnings = [(kept[index], words) for index, words in beyond_strength(needs)]


class PlanNeedInline(ConfigurationInline):
    """Which units, and how many."""

    model = PlanNeed
    form = PlanNeedForm
    formset = PlanNeedFormSet


@admin.register(ResponsePlan)
class ResponsePlanAdmin(TableAdmin):
    """Response plans with their needs; the next recommendation follows them."""

    table = PLANS
    list_display = ["__str__", "asks_for"]
    ordering = ["category", "priority"]
    list_filter = ["priority"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]
    inlines = [PlanNeedInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for words in [words for formset in formsets for _form, words in formset.warnings]:
            self.message_user(request, words, messages.WARNING)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResponsePlan]:
        return super().get_queryset(request).prefetch_related("needs")

    @admin.display(description=_("needs"))
    def asks_for(self, plan: ResponsePlan) -> str:
        return " · ".join(
            need_text(Need(tuple(need.kinds), need.capability, need.count)) for need in plan.needs.all()
        )


class AssignmentInline(ReadOnlyInline):
    """Who was sent."""

    model = Assignment
    fields = readonly_fields = [
        "unit",
        "officer",
        "step",
        "dispatched_at",
        "accepted_at",
        "departed_at",
        "arrived_at",
        "reported_at",
        "released_at",
        "outcome",
    ]


class TimelineInline(ReadOnlyInline):
    """What happened."""

    model = TimelineEntry
    fields = readonly_fields = ["version", "at", "actor_name", "sentence"]

    @admin.display(description=_("what"))
    def sentence(self, entry: TimelineEntry) -> str:
        return describe(entry.code, entry.data)


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Incidents with their story. The caller stays masked: looking one up needs a reason, on the incident's page."""

    list_display = ["number", "category", "priority", "status", "station", "reported_at"]
    list_filter = ["status", "priority", ("station", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["category", "station"]
    search_fields = ["number", "address"]
    inlines = [AssignmentInline, TimelineInline]
    fields = readonly_fields = [
        "number",
        "category",
        "priority",
        "status",
        "summary",
        "address",
        "lat",
        "lon",
        "grid",
        "station",
        "outside_district",
        "caller",
        "reported_at",
        "dispatched_at",
        "accepted_at",
        "departed_at",
        "arrived_at",
        "reported_back_at",
        "closed_at",
        "reopened_at",
        "outcome",
    ]

    @admin.display(description=_("caller"))
    def caller(self, incident: Incident) -> str:
        return f"{mask_name(incident.caller_name)} {mask_phone(incident.caller_phone)}".strip()
