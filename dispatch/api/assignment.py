"""Assignments of one incident: who is sent, and their steps."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Instant, Text, checked
from dispatch import access
from dispatch.selectors import incident as incidents
from dispatch.selectors.recommendation import recommend
from dispatch.services.assignment import assignment_advance, assignment_create

from .output import AssignmentOutput, ErrorOutput, StepOutput, listed
from .unit import UnitName, keys_of

_ERRORS = {400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput, 409: ErrorOutput}


class SendInput(serializers.Serializer):
    """The units to send: `units`, or one `unit`, each by id or call sign."""

    units = serializers.ListField(child=UnitName(), required=False, max_length=50)
    unit = UnitName(required=False)


class StepInput(serializers.Serializer):
    """`at`: when the step was taken, if the phone was offline then. `outcome`: for report and release."""

    at = Instant(required=False, allow_null=True)
    outcome = Text(max_length=200, allow_blank=True, default="")


class AssignmentsView(APIView):
    """`…/assignments/`"""

    permission = {"GET": access.SEE_INCIDENT, "POST": access.DISPATCH}

    @extend_schema(
        summary="List who was sent, ended assignments included",
        responses={200: listed(AssignmentOutput), 404: ErrorOutput},
    )
    def get(self, request: Request, number: str) -> Response:
        return self._all(request, number)

    @extend_schema(
        summary="Send units",
        description="All or none: 409 `unit_taken` says to which incident a unit was just sent, and by whom.",
        request=SendInput,
        responses={201: listed(AssignmentOutput), **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        given = checked(SendInput, request.data)
        names = [*given.get("units", []), *([given["unit"]] if "unit" in given else [])]
        units = keys_of(names, field="units")
        incident = incidents.incident_seen_by(request.user, number)
        assignment_create(
            actor=request.user,
            number=number,
            units=units,
            recommended=recommend(request.user, incident) if units else None,
        )
        return self._all(request, number, status=201)

    def _all(self, request: Request, number: str, status: int = 200) -> Response:
        incident = incidents.incident_seen_by(request.user, number)
        return Response({"results": incidents.assignment_rows(request.user, incident)}, status=status)


class StepView(APIView):
    """`…/assignments/{id}/{accept|depart|arrive|report|release}/`"""

    permission = access.STEP

    @extend_schema(
        operation_id="incidents_assignments_step",
        summary="Take the next step of an assignment",
        description=(
            "A step taken before is no error and changes nothing (`changed` false). 409 `wrong_step` where "
            "another step comes first."
        ),
        request=StepInput,
        responses={200: StepOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str, assignment: int, verb: str) -> Response:
        given: dict[str, Any] = checked(StepInput, request.data)
        advanced = assignment_advance(
            actor=request.user, number=number, assignment=assignment, verb=verb, **given
        )
        row = incidents.assignment_row(request.user, advanced.assignment)
        return Response({"changed": advanced.changed, "assignment": row})
