"""Whom an escalation was told, what became of it, and the contacts of the person who asks."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.access import PUBLIC
from boshan_police.kernel.inputs import Text, Whole, checked
from dispatch import access
from dispatch.models import Delivery
from dispatch.selectors import incident as incidents
from dispatch.selectors.delivery import told
from dispatch.services.delivery import contact_try, delivery_receive, notices_shown
from dispatch.services.escalation import escalation_snooze
from grid.access import OWN_CONTACTS
from grid.services.contact import contact_retire, push_subscribe

from .output import ErrorOutput, IncidentDetailOutput, SeenOutput, ToldOutput, listed
from .verbs import DetailView

_ERRORS = {400: ErrorOutput, 403: ErrorOutput, 404: ErrorOutput, 409: ErrorOutput}


class SnoozeInput(serializers.Serializer):
    """For how long, and why."""

    minutes = Whole()
    reason = Text(max_length=200)


class ReceiptInput(serializers.Serializer):
    """What became of a message."""

    state = serializers.ChoiceField([Delivery.State.DELIVERED, Delivery.State.READ, Delivery.State.FAILED])
    error = Text(max_length=200, allow_blank=True, default="")


class SubscriptionInput(serializers.Serializer):
    """A browser's push subscription, as its `PushSubscription.toJSON()` says it."""

    endpoint = Text(max_length=600)
    p256dh = Text(max_length=120)
    auth = Text(max_length=40)
    label = Text(max_length=60, allow_blank=True, default="")


class SnoozeView(DetailView):
    """`…/snooze/`"""

    permission = access.SNOOZE

    @extend_schema(
        summary="Put an escalation off, with a reason",
        description="1 to 60 minutes, 60 in all while the stage stands still; every later step moves with it. "
        "400 `snoozed_enough` says how much is `left`, 403 `higher_level`, 409 `not_escalated`, `already_taken_over`.",
        request=SnoozeInput,
        responses={200: IncidentDetailOutput, **_ERRORS},
    )
    def post(self, request: Request, number: str) -> Response:
        escalation_snooze(actor=request.user, number=number, **checked(SnoozeInput, request.data))
        return self.detail(number)


class ShownView(APIView):
    """`…/shown/`"""

    permission = access.SILENCE

    @extend_schema(
        summary="Say that one's screen shows the alarm",
        request=None,
        responses={200: SeenOutput, 403: ErrorOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        return Response({"seen": notices_shown(actor=request.user, number=number)})


class ToldView(APIView):
    """`…/told/`"""

    permission = access.SEE_INCIDENT

    @extend_schema(
        summary="List who was told of the escalations, and how that went",
        responses={200: listed(ToldOutput), **_ERRORS},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response({"results": told(incidents.incident_seen_by(request.user, number))})


class ReceiptView(APIView):
    """`/api/deliveries/<key>/receipt/`: the key is known to nobody but the other side; a gateway also signs."""

    permission = PUBLIC
    authentication_classes = ()

    @extend_schema(
        summary="Say what became of a message",
        description="See docs/webhooks.md for the signature that a gateway gives.",
        request=ReceiptInput,
        responses={204: None, **_ERRORS},
    )
    def post(self, request: Request, key: UUID) -> Response:
        body = request._request.body  # before DRF reads it: the signature is of the bytes
        delivery_receive(
            key=key,
            body=body,
            timestamp=request.headers.get("webhook-timestamp", ""),
            signed=request.headers.get("webhook-signature", ""),
            **checked(ReceiptInput, request.data),
        )
        return Response(status=204)


class BrowsersView(APIView):
    """`/api/contacts/browsers/`"""

    permission = OWN_CONTACTS

    @extend_schema(
        summary="Be told in this browser, also when it is closed",
        request=SubscriptionInput,
        responses={204: None, **_ERRORS},
    )
    def post(self, request: Request) -> Response:
        push_subscribe(actor=request.user, **checked(SubscriptionInput, request.data))
        return Response(status=204)


class BrowserView(APIView):
    """`/api/contacts/browsers/<id>/`"""

    permission = OWN_CONTACTS

    @extend_schema(summary="Send no more to one of one's browsers", responses={204: None, **_ERRORS})
    def delete(self, request: Request, key: int) -> Response:
        contact_retire(actor=request.user, key=key)
        return Response(status=204)


class TrialView(APIView):
    """`/api/contacts/<id>/try/`"""

    permission = OWN_CONTACTS

    @extend_schema(summary="Send a trial to one's contact", request=None, responses={204: None, **_ERRORS})
    def post(self, request: Request, key: int) -> Response:
        contact_try(actor=request.user, key=key)
        return Response(status=204)
