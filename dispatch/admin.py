"""Configuration of the events: categories and escalation policies. Incidents are shown, never changed, here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.masking import mask_name, mask_phone
from grid.configuration import ConfigurationAdmin, ConfigurationInline, ReadOnlyAdmin, ReadOnlyInline
from grid.pinyin import initials_of
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
from .selectors.policy import policy_words
from .selectors.recommendation import need_text

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
class CategoryAdmin(ConfigurationAdmin):
    """Categories. A category that incidents have is retired, not removed."""

    form = CategoryForm
    list_display = ["code", "name", "name_en", "initials", "group", "priority", "active"]
    list_filter = ["group", "priority", "active"]
    search_fields = ["code", "name", "name_en", "initials"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []


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


@admin.register(Policy)
class PolicyAdmin(ConfigurationAdmin):
    """Escalation policies with their steps. Timers already running keep the steps they were planned with."""

    list_display = ["__str__", "follow_up_seconds", "repeat_seconds"]
    ordering = ["category", "priority"]
    list_filter = ["priority"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]
    inlines = [PolicyStepInline]
    change_form_template = "admin/dispatch/policy/change_form.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        words = {**(extra_context or {}), "policy_words": policy_words()}
        return super().changeform_view(request, object_id, form_url, words)


class PlanNeedForm(forms.ModelForm):
    """The kinds as boxes to tick."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds"), choices=Unit.Kind.choices, widget=forms.CheckboxSelectMultiple
    )


class PlanNeedInline(ConfigurationInline):
    """Which units, and how many."""

    model = PlanNeed
    form = PlanNeedForm


@admin.register(ResponsePlan)
class ResponsePlanAdmin(ConfigurationAdmin):
    """Response plans with their needs; the next recommendation follows them."""

    list_display = ["__str__", "asks_for"]
    ordering = ["category", "priority"]
    list_filter = ["priority"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]
    inlines = [PlanNeedInline]

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
