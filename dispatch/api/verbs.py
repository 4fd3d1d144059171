"""What is done to one incident: claim, end, reopen, take over, silence, note, reveal."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Text, checked
from dispatch import access
from dispatch.selectors import incident as incidents
from dispatch.services.caller import caller_reveal
from dispatch.services.escalation import escalation_take_over, notice_see
from dispatch.services.incident import (
    incident_cancel,
    incident_claim,
    incident_close,
    incident_invalidate,
    incident_note,
    incident_reopen,
)

from .incident import idempotency_key_of
from .output import AssignmentOutput, CallerOutput, ErrorOutput, IncidentDetailOutput, SeenOutput
from .unit import UnitName, keys_of

_ERRORS = {400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput, 409: ErrorOutput}
_DETAIL = {200: IncidentDetailOutput, **_ERRORS}


class ClaimInput(serializers.Serializer):
    """Without `unit` the officer answers in person, or accepts the order that waits for the station."""

    unit = UnitName(required=False, allow_null=True)


class ReasonInput(serializers.Serializer):
    """Why."""

    reason = Text(max_length=200)


class OutcomeInput(serializers.Serializer):
    """How it ended."""

    outcome = Text(max_length=200, allow_blank=True, default="")


class NoteInput(serializers.Serializer):
    """What was learned."""

    text = Text(max_length=2000, lines=True)


class ClaimView(APIView):
    """`…/claim/`"""

    permission = access.CLAIM

    @extend_schema(
        summary="Claim an incident for the station",
        description="One wins; all others get 409 `already_claimed` with `details.by` and `details.at`.",
        request=ClaimInput,
        responses={201: AssignmentOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        name = checked(ClaimInput, request.data).get("unit")
        unit = None if name is None else keys_of([name], field="unit")[0]
        assignment = incident_claim(actor=request.user, number=number, unit=unit)
        return Response(incidents.assignment_row(request.user, assignment), status=201)


class DetailView(APIView):
    """A verb that answers with the incident's detail afterwards."""

    def detail(self, number: str) -> Response:
        incident = incidents.incident_seen_by(self.request.user, number)
        return Response(incidents.incident_detail(self.request.user, incident))


class CloseView(DetailView):
    """`…/close/`"""

    permission = access.CLOSE

    @extend_schema(summary="Close what was reported back", request=OutcomeInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        incident_close(actor=request.user, number=number, **checked(OutcomeInput, request.data))
        return self.detail(number)


class CancelView(DetailView):
    """`…/cancel/`"""

    permission = access.CANCEL

    @extend_schema(summary="Call the answer off", request=ReasonInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        incident_cancel(actor=request.user, number=number, **checked(ReasonInput, request.data))
        return self.detail(number)


class InvalidateView(DetailView):
    """`…/invalidate/`"""

    permission = access.INVALIDATE

    @extend_schema(summary="Mark the report invalid", request=ReasonInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        incident_invalidate(actor=request.user, number=number, **checked(ReasonInput, request.data))
        return self.detail(number)


class ReopenView(DetailView):
    """`…/reopen/`"""

    permission = access.REOPEN

    @extend_schema(summary="Put an ended incident back in the queue", request=ReasonInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        incident_reopen(actor=request.user, number=number, **checked(ReasonInput, request.data))
        return self.detail(number)


class TakeOverView(DetailView):
    """`…/take-over/`"""

    permission = access.TAKE_OVER

    @extend_schema(
        summary="Take an escalated incident over by name",
        description="The others fall silent. 409 `already_taken_over` names who was sooner.",
        request=None,
        responses=_DETAIL,
    )
    def post(self, request: Request, number: str) -> Response:
        escalation_take_over(actor=request.user, number=number)
        return self.detail(number)


class NotesView(DetailView):
    """`…/notes/`"""

    permission = access.NOTE

    @extend_schema(
        summary="Add a note to the timeline",
        description="The same `Idempotency-Key` adds it once; 409 `idempotency_key_reused` where it came with other words.",
        request=NoteInput,
        responses={201: IncidentDetailOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        incident_note(
            actor=request.user,
            number=number,
            idempotency_key=idempotency_key_of(request),
            **checked(NoteInput, request.data),
        )
        response = self.detail(number)
        response.status_code = 201
        return response


class SeenView(APIView):
    """`…/seen/`"""

    permission = access.SILENCE

    @extend_schema(
        summary="Silence this incident's alarms for oneself",
        request=None,
        responses={200: SeenOutput, 404: ErrorOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        incidents.incident_seen_by(request.user, number)
        return Response({"seen": notice_see(actor=request.user, number=number)})


class RevealView(APIView):
    """`…/reveal/`"""

    permission = access.REVEAL

    @extend_schema(
        summary="See the caller's name and phone",
        description="Needs a reason. Who looked, when and why stand in the timeline and in the audit trail.",
        request=ReasonInput,
        responses={200: CallerOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        caller = caller_reveal(actor=request.user, number=number, **checked(ReasonInput, request.data))
        others = [{"name": other.name, "phone": other.phone} for other in caller.others]
        body = {"name": caller.name, "phone": caller.phone, "others": others}
        return Response(body, headers={"Cache-Control": "no-store"})
