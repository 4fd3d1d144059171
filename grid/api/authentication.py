"""How a machine shows who it is: `Authorization: Token …`. One query a request."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from grid.selectors.token import token_presented


class TokenAuthentication(BaseAuthentication):
    """A token made under `/api/tokens/`."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        scheme, _space, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"token":
            return None
        token = token_presented(secret.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(_("This token does not exist or has ended."))
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return "Token"


class TokenScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI document of it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token` and the token.",
        }
