"""`/api/preferences/`: one's own choices about sound, notices and keys."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.inputs import Whole, checked
from grid.access import OWN_PREFERENCE
from grid.services.preference import preference_save, sound_mute


class PreferenceShape(serializers.Serializer):
    """A number n of a sound or notice: priorities 1 to n; 0 none, 4 all. The sound of an escalation has no switch."""

    volume = Whole(required=False, help_text="Per cent, 20 to 100.")
    order_sound = Whole(required=False)
    late_sound = Whole(required=False)
    order_notice = Whole(required=False)
    late_notice = Whole(required=False)
    escalated_notice = serializers.BooleanField(required=False)
    single_keys = serializers.BooleanField(required=False, help_text="Keys of one letter, digit or sign.")


class MutedOutput(serializers.Serializer):
    """For how long."""

    seconds = serializers.IntegerField()


class PreferenceView(APIView):
    """`/api/preferences/`"""

    permission = OWN_PREFERENCE

    @extend_schema(
        operation_id="preferences",
        summary="One's own sound, notices and keys",
        responses={200: PreferenceShape},
    )
    def get(self, request: Request) -> Response:
        return Response(request.user.chosen.as_json())

    @extend_schema(
        summary="Choose sound, notices and keys",
        description="All open screens of the person follow at once. What is not named stays as it is.",
        request=PreferenceShape,
        responses={200: PreferenceShape},
    )
    def post(self, request: Request) -> Response:
        chosen = preference_save(actor=request.user, **checked(PreferenceShape, request.data))
        return Response(chosen.as_json())


class MuteView(APIView):
    """`/api/preferences/mute/`"""

    permission = OWN_PREFERENCE

    @extend_schema(
        summary="Note that a screen was silenced for a minute", request=None, responses={200: MutedOutput}
    )
    def post(self, request: Request) -> Response:
        return Response({"seconds": sound_mute(actor=request.user)})
