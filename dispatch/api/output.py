"""The shapes of the answers, for the OpenAPI document only: answers are made by selectors, as plain dicts.

A test compares every answer with its shape here.
"""

from functools import cache

from rest_framework import serializers

from dispatch.lifecycle import ASSIGNMENT_MOVES, INCIDENT_MOVES, Level, Stage, Status, Step
from dispatch.models import Category, Delivery
from grid.api.hazard import HazardOutput
from grid.coordinates import System
from grid.models import Contact
from patrol.models import Unit

_BASE = (serializers.Serializer,)


def _group(name: str, fields: dict[str, serializers.Field]) -> serializers.Serializer:
    """A nested shape named `name` in the document."""
    return type(name, _BASE, fields)()


def _instants(*names: str) -> dict[str, serializers.Field]:
    return {name: serializers.DateTimeField(allow_null=True) for name in names}


def _possible(*verbs: str) -> dict[str, serializers.Field]:
    return {verb: serializers.BooleanField() for verb in verbs}


class ErrorOutput(serializers.Serializer):
    """The one shape of every error."""

    error = _group(
        "Error",
        {
            "code": serializers.CharField(help_text="Stable; for programs."),
            "message": serializers.CharField(help_text="For people, in the language of the request."),
            "field": serializers.CharField(allow_null=True, help_text="The first wrong field."),
            "fields": serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
            "details": serializers.DictField(),
        },
    )


class EscalationOutput(serializers.Serializer):
    """A stage that stands still and whom it was told."""

    level = serializers.ChoiceField(Level.choices)
    stage = serializers.ChoiceField(Stage.choices)
    raised_at = serializers.DateTimeField()
    owner = serializers.CharField(allow_null=True, help_text="Who took it over.")
    owner_username = serializers.CharField(allow_null=True)
    next_level = serializers.ChoiceField(Level.choices, allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True, help_text="Somebody put the next step off.")


class ActiveAssignmentOutput(serializers.Serializer):
    """One unit, or one officer in person, on its way to or at an incident."""

    id = serializers.IntegerField()
    unit = serializers.IntegerField(allow_null=True)
    label = serializers.CharField(help_text="The call sign, or the officer's name.")
    step = serializers.ChoiceField(Step.choices)
    at = serializers.DateTimeField(help_text="When this step was taken.")


class AssignmentOutput(ActiveAssignmentOutput):
    """One assignment, ended ones included."""

    organisation = serializers.CharField()
    active = serializers.BooleanField()
    claimed = serializers.BooleanField(help_text="Taken by the station itself.")
    times = _group(
        "AssignmentTimes",
        _instants("dispatched_at", "accepted_at", "departed_at", "arrived_at", "reported_at", "released_at"),
    )
    outcome = serializers.CharField()
    can = _group("AssignmentVerbs", _possible(*ASSIGNMENT_MOVES))


class IncidentOutput(serializers.Serializer):
    """An incident as the board shows it."""

    number = serializers.CharField()
    version = serializers.IntegerField(help_text="Grows by one with each timeline entry.")
    status = serializers.ChoiceField(Status.choices)
    priority = serializers.IntegerField(min_value=1, max_value=4)
    category = serializers.CharField()
    summary = serializers.CharField()
    address = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    grid = serializers.CharField(allow_null=True)
    station = serializers.CharField(allow_null=True)
    community = serializers.CharField(allow_null=True)
    outside = serializers.BooleanField(help_text="The point lies outside the district.")
    reported_at = serializers.DateTimeField()
    stage = serializers.ChoiceField(Stage.choices, allow_blank=True)
    stage_since = serializers.DateTimeField(allow_null=True)
    limit_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    reinforcement = serializers.CharField(help_text="What is asked for and not yet answered; empty: nothing.")
    reinforcement_at = serializers.DateTimeField(allow_null=True)
    offered_to = serializers.CharField(
        allow_null=True, help_text="Code of the organisation asked to take it in, until it answers."
    )
    offered_at = serializers.DateTimeField(allow_null=True)
    escalation = EscalationOutput(allow_null=True)
    assignments = ActiveAssignmentOutput(many=True)


class IncidentDetailOutput(IncidentOutput):
    """One incident with all that its page shows."""

    times = _group(
        "IncidentTimes",
        _instants(
            "reported_at",
            "dispatched_at",
            "accepted_at",
            "departed_at",
            "arrived_at",
            "reported_back_at",
            "closed_at",
            "reopened_at",
        ),
    )
    outcome = serializers.CharField()
    point = _group(
        "PointSource",
        {
            "system": serializers.ChoiceField([one.value for one in System]),
            "given": serializers.CharField(help_text="The numbers before conversion; empty for WGS-84."),
        },
    )
    merged_into = serializers.CharField(
        allow_null=True, help_text="Number of the incident it became part of."
    )
    split_from = serializers.CharField(allow_null=True, help_text="Number of the incident it was split off.")
    caller = _group("MaskedCaller", {"name": serializers.CharField(), "phone": serializers.CharField()})
    filed_by = serializers.CharField(allow_null=True)
    assignments = AssignmentOutput(many=True)
    can = _group("IncidentVerbs", _possible(*INCIDENT_MOVES, "note", "reveal"))
    hazards = HazardOutput(many=True, help_text="Warnings about the place.")


class FurtherCallerOutput(serializers.Serializer):
    """Who called about the same matter later, unmasked."""

    name = serializers.CharField()
    phone = serializers.CharField()


class CallerOutput(FurtherCallerOutput):
    """Who called, unmasked."""

    others = FurtherCallerOutput(many=True)


class FollowUpOutput(serializers.Serializer):
    """A follow-up call to make."""

    number = serializers.CharField()
    category = serializers.CharField()
    summary = serializers.CharField()
    address = serializers.CharField()
    station = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()
    attempts = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)
    remark = serializers.CharField()


class AttachmentOutput(serializers.Serializer):
    """A file of an incident."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="Media type, by content.")
    size = serializers.IntegerField(help_text="Bytes.")
    at = serializers.DateTimeField()
    by = serializers.CharField()
    url = serializers.CharField()


class SeenOutput(serializers.Serializer):
    """How many alarms rang."""

    seen = serializers.IntegerField()


class ToldOutput(serializers.Serializer):
    """One person told of one escalation by one channel."""

    at = serializers.DateTimeField()
    level = serializers.ChoiceField(Level.choices)
    stage = serializers.ChoiceField(Stage.choices)
    name = serializers.CharField()
    channel = serializers.ChoiceField(["screen", *Contact.Channel.values])
    address = serializers.CharField(help_text="Shortened; empty for the screen.")
    state = serializers.ChoiceField(Delivery.State.choices)
    state_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class StepOutput(serializers.Serializer):
    """A step of an assignment. `changed` is false where it had been taken before."""

    changed = serializers.BooleanField()
    assignment = AssignmentOutput()


class EventOutput(serializers.Serializer):
    """One entry of the timeline."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    code = serializers.CharField()
    actor = serializers.CharField(allow_null=True, help_text="Null: the system.")
    text = serializers.CharField(help_text="In the language of the request.")
    data = serializers.DictField()


class IntakeTemplateOutput(serializers.Serializer):
    """A quick text of the intake form."""

    title = serializers.CharField()
    prompts = serializers.CharField(help_text="What to ask the caller.")
    text = serializers.CharField(help_text="A sentence with its blanks in 【】.")


class CategoryOutput(serializers.Serializer):
    """A kind of incident."""

    code = serializers.CharField()
    group = serializers.ChoiceField(Category.Group.choices)
    group_label = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    label = serializers.CharField(help_text="In the language of the request.")
    initials = serializers.CharField(help_text="Of the pinyin.")
    priority = serializers.IntegerField(help_text="The preset.")
    templates = IntakeTemplateOutput(many=True)


class UnitOutput(serializers.Serializer):
    """A unit as the board shows it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    call_sign = serializers.CharField()
    kind = serializers.ChoiceField(Unit.Kind.choices)
    organisation = serializers.CharField()
    station = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(Unit.Status.choices)
    members = serializers.IntegerField()
    capabilities = serializers.ListField(child=serializers.CharField())
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    position_at = serializers.DateTimeField(allow_null=True)
    incident = serializers.CharField(allow_null=True, help_text="The number of the incident it is on.")


@cache  # one class per name, as the document asks
def listed(shape: type[serializers.Serializer], *, paged: bool = False) -> type[serializers.Serializer]:
    """`{"results": [shape]}`, with `next` and `previous` where paged."""
    links = ("next", "previous") if paged else ()
    fields = {link: serializers.URLField(allow_null=True) for link in links} | {"results": shape(many=True)}
    return type(f"{shape.__name__.removesuffix('Output')}{'Page' if paged else 'List'}", _BASE, fields)
