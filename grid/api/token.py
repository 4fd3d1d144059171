"""Tokens of machines: make one by password or session, list, revoke."""

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.access import PUBLIC, SIGNED_IN
from boshan_police.kernel.errors import DomainError, Refused
from boshan_police.kernel.inputs import Text, Whole, checked
from grid.models import User
from grid.selectors.token import tokens_of
from grid.services.token import MOST_DAYS, token_create, token_revoke, tokens_revoke


class TokenInput(serializers.Serializer):
    """User name and password, unless one is signed in; and how many days the token lives (for ever if missing)."""

    username = Text(max_length=150, required=False)
    password = serializers.CharField(max_length=200, required=False, trim_whitespace=False)
    days = Whole(min_value=1, max_value=MOST_DAYS, required=False, allow_null=True)


class TokenOutput(serializers.Serializer):
    """A token without its secret. `key` names it."""

    key = serializers.CharField()
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField(allow_null=True)


class NewTokenOutput(TokenOutput):
    """A new token with its secret, shown this once."""

    token = serializers.CharField()


class TokenList(serializers.Serializer):
    """All tokens of an account."""

    results = TokenOutput(many=True)


class RevokedOutput(serializers.Serializer):
    """How many tokens ended."""

    revoked = serializers.IntegerField()


class TokensView(APIView):
    """`/api/tokens/`"""

    permission = {"GET": SIGNED_IN, "POST": PUBLIC, "DELETE": SIGNED_IN}

    @extend_schema(summary="List one's own tokens", responses=TokenList)
    def get(self, request: Request) -> Response:
        rows = [_row(token) for token in tokens_of(request.user)]
        return Response({"results": rows})

    @extend_schema(
        summary="Make a token",
        description="By user name and password, or as the signed-in person; a token can't make tokens.",
        request=TokenInput,
        responses={201: NewTokenOutput},
        auth=[{}],
    )
    def post(self, request: Request) -> Response:
        given = checked(TokenInput, request.data)
        token, secret = token_create(actor=_owner(request, given), days=given.get("days"))
        body = {**_row(token), "token": secret}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(
        operation_id="tokens_destroy_all",
        summary="Revoke all of one's own tokens",
        responses={200: RevokedOutput},
    )
    def delete(self, request: Request) -> Response:
        return Response({"revoked": tokens_revoke(actor=request.user, owner=request.user)})


class TokenView(APIView):
    """`/api/tokens/{key}/`"""

    permission = SIGNED_IN

    @extend_schema(summary="Revoke one token", responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        token_revoke(actor=request.user, key=key)
        return Response(status=204)


def _owner(request: Request, given: dict[str, str]) -> User:
    """Whose token it will be. Wrong passwords are throttled as on the sign-in page."""
    if "username" in given or "password" in given:
        user = authenticate(
            request._request, username=given.get("username", ""), password=given.get("password", "")
        )
        if user is None:
            raise WrongPassword("wrong_password", _("User name or password is wrong."))
        return user
    if not request.user.is_authenticated:
        raise NotAuthenticated
    if not isinstance(request.successful_authenticator, SessionAuthentication):
        raise Refused("token_by_token", _("A token can't make tokens. Use user name and password."))
    return request.user


class WrongPassword(DomainError):
    """401, audited where Django tells of a failed sign-in."""

    status = 401


def _row(token: object) -> dict[str, object]:
    return {"key": token.token_key, "created": token.created, "expiry": token.expiry}
