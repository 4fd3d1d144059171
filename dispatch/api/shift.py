"""The work of a shift on one incident: reinforcement, a busy unit pulled, handing over, merging, splitting, calling back."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Text, Whole, checked
from dispatch import access
from dispatch.selectors import followup as calls
from dispatch.selectors import incident as incidents
from dispatch.services.followup import follow_up_record
from dispatch.services.handover import handover_accept, handover_decline, handover_offer
from dispatch.services.merging import incident_merge, incident_split
from dispatch.services.preemption import unit_preempt
from dispatch.services.reinforcement import reinforcement_ask, reinforcement_decline

from .incident import FileInput, idempotency_key_of, taken
from .output import AssignmentOutput, ErrorOutput, FollowUpOutput, IncidentDetailOutput, listed
from .unit import UnitName, keys_of
from .verbs import DetailView, ReasonInput

_ERRORS = {400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput, 409: ErrorOutput}
_DETAIL = {200: IncidentDetailOutput, **_ERRORS}


class WantedInput(serializers.Serializer):
    """What is needed, in words."""

    wanted = Text(max_length=200)


class PreemptInput(serializers.Serializer):
    """Which unit, by id or call sign, and why; its crew reads the reason."""

    unit = UnitName()
    reason = Text(max_length=200)


class HandoverInput(serializers.Serializer):
    """The code of the station or branch that is asked, and why."""

    taker = Text(max_length=12)
    reason = Text(max_length=200)


class MergeInput(serializers.Serializer):
    """The number of the incident that goes on."""

    into = Text(max_length=24)
    reason = Text(max_length=200, allow_blank=True, default="")


class SplitInput(FileInput):
    """The second matter; without a place it is where the first one is. `units` of the first go on with it."""

    units = serializers.ListField(child=UnitName(), required=False, max_length=50)


class CallInput(serializers.Serializer):
    """One call: with `rating` 1 to 5 where somebody answered."""

    reached = serializers.BooleanField()
    rating = Whole(required=False, allow_null=True)
    remark = Text(max_length=500, allow_blank=True, default="", lines=True)


class ReinforceView(DetailView):
    """`…/reinforce/`"""

    permission = access.REINFORCE

    @extend_schema(summary="Ask for reinforcement", request=WantedInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        reinforcement_ask(actor=request.user, number=number, **checked(WantedInput, request.data))
        return self.detail(number)


class DeclineReinforcementView(DetailView):
    """`…/reinforce/decline/`"""

    permission = access.DECLINE_REINFORCEMENT

    @extend_schema(summary="Say that no reinforcement comes", request=ReasonInput, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        reinforcement_decline(actor=request.user, number=number, **checked(ReasonInput, request.data))
        return self.detail(number)


class PreemptView(APIView):
    """`…/preempt/`"""

    permission = access.PREEMPT

    @extend_schema(
        summary="Pull a busy unit off its incident and send it here",
        description="The first incident goes on with who is left, or back to the queue. 409 `unit_free`, `unit_taken`.",
        request=PreemptInput,
        responses={201: AssignmentOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        given = checked(PreemptInput, request.data)
        (unit,) = keys_of([given["unit"]], field="unit")
        order = unit_preempt(actor=request.user, number=number, unit=unit, reason=given["reason"])
        return Response(incidents.assignment_row(request.user, order), status=201)


class HandOverView(DetailView):
    """`…/hand-over/`"""

    permission = access.HAND_OVER

    @extend_schema(
        summary="Ask another station or branch to take an incident",
        description="Until it accepts, the first station answers for it. 409 `handover_pending` while one is asked.",
        request=HandoverInput,
        responses=_DETAIL,
    )
    def post(self, request: Request, number: str) -> Response:
        handover_offer(actor=request.user, number=number, **checked(HandoverInput, request.data))
        return self.detail(number)


class AcceptHandoverView(DetailView):
    """`…/hand-over/accept/`"""

    permission = access.TAKE_IN

    @extend_schema(summary="Take in what was handed over", request=None, responses=_DETAIL)
    def post(self, request: Request, number: str) -> Response:
        handover_accept(actor=request.user, number=number)
        return self.detail(number)


class DeclineHandoverView(APIView):
    """`…/hand-over/decline/`"""

    permission = access.TAKE_IN

    @extend_schema(
        summary="Decline a hand-over, or withdraw one's own",
        request=ReasonInput,
        responses={204: None, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        handover_decline(actor=request.user, number=number, **checked(ReasonInput, request.data))
        return Response(status=204)


class MergeView(APIView):
    """`…/merge/`"""

    permission = access.MERGE

    @extend_schema(
        summary="End an incident as the same matter as another",
        description="Its crews and callers go on with the other, which is answered. Reopening undoes it.",
        request=MergeInput,
        responses=_DETAIL,
    )
    def post(self, request: Request, number: str) -> Response:
        target = incident_merge(actor=request.user, number=number, **checked(MergeInput, request.data))
        seen = incidents.incident_seen_by(request.user, target.number)
        return Response(incidents.incident_detail(request.user, seen))


class SplitView(APIView):
    """`…/split/`"""

    permission = access.SPLIT

    @extend_schema(
        summary="File a second matter found in an incident",
        request=SplitInput,
        responses={201: IncidentDetailOutput, 200: IncidentDetailOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        given = taken(checked(SplitInput, request.data))
        units = keys_of(given.pop("units", []), field="units")
        filed = incident_split(
            actor=request.user,
            number=number,
            units=units,
            idempotency_key=idempotency_key_of(request),
            **given,
        )
        seen = incidents.incident_seen_by(request.user, filed.incident.number)
        return Response(incidents.incident_detail(request.user, seen), status=201 if filed.created else 200)


class FollowUpsView(APIView):
    """`/api/follow-ups/`"""

    permission = access.FOLLOW_UP

    @extend_schema(
        summary="List the follow-up calls to make, soonest first", responses={200: listed(FollowUpOutput)}
    )
    def get(self, request: Request) -> Response:
        return Response({"results": calls.follow_ups_due(request.user)})


class FollowUpView(DetailView):
    """`…/follow-up/`"""

    permission = access.FOLLOW_UP

    @extend_schema(
        summary="Write down a follow-up call",
        description="Nobody answered three times: it is given up. 409 `follow_up_made` names who was sooner.",
        request=CallInput,
        responses=_DETAIL,
    )
    def post(self, request: Request, number: str) -> Response:
        follow_up_record(actor=request.user, number=number, **checked(CallInput, request.data))
        return self.detail(number)
