"""The shift log, the hand-over sheet and its signatures."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel import clock
from boshan_police.kernel.inputs import Instant, Text, Whole, checked
from dispatch import access
from dispatch.models import ShiftEntry, Watch
from dispatch.selectors import shift as shifts
from dispatch.selectors.shift_sheet import hand_over_sheet
from dispatch.services.shift import entry_done, entry_write, watch_sign_in, watch_sign_out

from .output import ErrorOutput

_ERRORS = {400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput, 409: ErrorOutput}


class WatchOutput(serializers.Serializer):
    """One watch; `id` is null for the first one an organisation keeps, until something is written in it."""

    id = serializers.IntegerField(allow_null=True)
    organisation = serializers.CharField()
    began_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    signed_out_at = serializers.DateTimeField(allow_null=True)
    signed_out_by = serializers.CharField(allow_null=True)
    signed_in_at = serializers.DateTimeField(allow_null=True)
    signed_in_by = serializers.CharField(allow_null=True)
    unsigned_minutes = serializers.IntegerField(
        help_text="How long a signature is missing, from 30 minutes on; else 0."
    )


class EntryInput(serializers.Serializer):
    """A promise has `due_at`, equipment has `holder`; `number` is an incident's, or its serial of the last three days."""

    kind = serializers.ChoiceField(ShiftEntry.Kind.choices)
    text = Text(max_length=500)
    due_at = Instant(required=False, allow_null=True)
    holder = Text(max_length=60, allow_blank=True, default="")
    number = Text(max_length=24, allow_blank=True, default="")


class EntryOutput(serializers.Serializer):
    """One line of the log."""

    id = serializers.IntegerField()


class DoneInput(serializers.Serializer):
    """How it ended."""

    outcome = Text(max_length=200, allow_blank=True, default="")


class SignOutInput(serializers.Serializer):
    """The watch that the signer has before him; null the first one ever."""

    watch = Whole(allow_null=True)


def watch_row(watch: Watch) -> dict[str, Any]:
    """One watch as the API tells it. Reads `signed_out_by` and `signed_in_by`."""
    missing = shifts.overdue(watch, clock.now())
    return {
        "id": watch.pk,
        "organisation": watch.organisation_id,
        "began_at": watch.began_at,
        "due_at": watch.due_at,
        "signed_out_at": watch.signed_out_at,
        "signed_out_by": watch.signed_out_by.name if watch.signed_out_by else None,
        "signed_in_at": watch.signed_in_at,
        "signed_in_by": watch.signed_in_by.name if watch.signed_in_by else None,
        "unsigned_minutes": int(missing.total_seconds() // 60) if missing else 0,
    }


class WatchView(APIView):
    """`/api/shifts/`"""

    permission = access.SEE_WATCHES

    @extend_schema(
        operation_id="shifts",
        summary="The watch that runs, its log, and the last watches",
        description="Of one's own organisation. `{watch, entries, more, facts, past}`; all that is owed is in `entries`, "
        "`more` is how many remarks and ended lines are left out.",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        watch = shifts.open_watch(request.user.organisation_id)
        log = shifts.read_log(watch)
        return Response(
            {
                "watch": watch_row(watch),
                "entries": log.entries,
                "more": log.more,
                "facts": shifts.facts(watch, clock.now()),
                "past": [watch_row(row) for row in shifts.past_watches(watch.organisation_id)],
            }
        )


class EntriesView(APIView):
    """`/api/shifts/entries/`"""

    permission = access.WRITE_LOG

    @extend_schema(
        summary="Write a line in the shift log", request=EntryInput, responses={201: EntryOutput, **_ERRORS}
    )
    def post(self, request: Request) -> Response:
        entry = entry_write(actor=request.user, **checked(EntryInput, request.data))
        return Response({"id": entry.pk}, status=201)


class EntryDoneView(APIView):
    """`/api/shifts/entries/<id>/done/`"""

    permission = access.WRITE_LOG

    @extend_schema(
        summary="A promise is kept, or equipment is back",
        description="409 `already_done` names who was sooner.",
        request=DoneInput,
        responses={200: EntryOutput, **_ERRORS},
    )
    def post(self, request: Request, key: int) -> Response:
        entry = entry_done(actor=request.user, entry=key, **checked(DoneInput, request.data))
        return Response({"id": entry.pk})


class SheetView(APIView):
    """`/api/shifts/<id>/`"""

    permission = access.SEE_WATCHES

    @extend_schema(
        summary="The hand-over sheet of a watch",
        description="As it was signed; of the watch that runs, as it stands now. `{watch, sheet}`.",
        responses={200: OpenApiTypes.OBJECT, **_ERRORS},
    )
    def get(self, request: Request, key: int) -> Response:
        watch = shifts.watch_seen_by(request.user, key)
        sheet = watch.sheet or hand_over_sheet(watch, clock.now())
        return Response({"watch": watch_row(watch), "sheet": sheet})


class SignOutView(APIView):
    """`/api/shifts/sign-out/`"""

    permission = access.SIGN_WATCH

    @extend_schema(
        summary="Close the watch and freeze its sheet",
        description="409 `already_signed_out` names who was sooner.",
        request=SignOutInput,
        responses={200: WatchOutput, **_ERRORS},
    )
    def post(self, request: Request) -> Response:
        watch = watch_sign_out(actor=request.user, **checked(SignOutInput, request.data))
        return Response(watch_row(watch))


class SignInView(APIView):
    """`/api/shifts/<id>/sign-in/`"""

    permission = access.SIGN_WATCH

    @extend_schema(
        summary="Sign for a watch that was handed over",
        description="By another commander than the outgoing one. 409 `already_signed_in` names who was sooner.",
        request=None,
        responses={200: WatchOutput, **_ERRORS},
    )
    def post(self, request: Request, key: int) -> Response:
        return Response(watch_row(watch_sign_in(actor=request.user, watch=key)))
