"""Who is at the other end of a socket, and whether they still may be.

A browser comes with its session and must come from our own pages; a machine comes with `Authorization: Token …`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.http.request import split_domain_port, validate_host
from django.utils.crypto import constant_time_compare
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from boshan_police.kernel import clock
from grid.models import User

SIGNED_OUT = 4401
"""Close code: the account, session or token has ended; sign in again."""
RIGHTS_CHANGED = 4403
"""Close code: role or organisation have changed; reconnect to see what is yours now."""

Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Credential:
    """What a socket was let in with. `session` is a session's key, or `token` a token's digest."""

    user: int
    role: str
    organisation: str
    session: str | None = None
    token: str | None = None
    password_mark: str = ""


class SocketAuthentication:
    """ASGI middleware: puts `user` and `credential` into the scope; the consumer refuses who is anonymous.

    A foreign Origin is refused whatever else it brings: browsers send one with every socket, so a page elsewhere
    can't ride on a session.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._by_session = AuthMiddlewareStack(self._with_session)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        if not _origin_is_ours(headers):
            await WebsocketDenier()(scope, receive, send)
        elif b"authorization" in headers:
            user, credential = await _by_token(headers[b"authorization"])
            await self._app({**scope, "user": user, "credential": credential}, receive, send)
        else:
            await self._by_session(scope, receive, send)

    async def _with_session(self, scope: Any, receive: Any, send: Any) -> None:
        user, credential = scope["user"], None
        if user.is_authenticated:
            credential = Credential(
                user.pk,
                user.role,
                user.organisation_id,
                session=scope["session"].session_key,
                password_mark=user.get_session_auth_hash(),
            )
        await self._app({**scope, "credential": credential}, receive, send)


def credentials_refused(credentials: set[Credential]) -> dict[Credential, int]:
    """Those of `credentials` that hold no longer, each with its close code. Three queries for any number."""
    users = {user.pk: user for user in User.objects.filter(pk__in={each.user for each in credentials})}
    sessions = set(
        Session.objects.filter(
            session_key__in={each.session for each in credentials if each.session},
            expire_date__gt=clock.now(),
        ).values_list("session_key", flat=True)
    )
    tokens = set(
        AuthToken.objects.filter(
            Q(expiry__isnull=True) | Q(expiry__gt=clock.now()),
            digest__in={each.token for each in credentials if each.token},
        ).values_list("digest", flat=True)
    )
    refused = {}
    for each in credentials:
        user = users.get(each.user)
        if user is None or not user.is_active or not _still_signed_in(each, user, sessions, tokens):
            refused[each] = SIGNED_OUT
        elif (user.role, user.organisation_id) != (each.role, each.organisation):
            refused[each] = RIGHTS_CHANGED
    return refused


def _still_signed_in(each: Credential, user: User, sessions: set[str], tokens: set[str]) -> bool:
    if each.token:
        return each.token in tokens
    # A changed password ends the other sessions of an account, as Django does for pages.
    return each.session in sessions and constant_time_compare(
        each.password_mark, user.get_session_auth_hash()
    )


@database_sync_to_async  # type: ignore[untyped-decorator] # channels has no types
def _by_token(header: bytes) -> tuple[Any, Credential | None]:
    scheme, _, token = header.partition(b" ")
    if scheme.lower() == b"token":
        try:
            user, found = TokenAuthentication().authenticate_credentials(token.strip())
        except (AuthenticationFailed, UnicodeDecodeError):
            pass
        else:
            return user, Credential(user.pk, user.role, user.organisation_id, token=found.digest)
    return AnonymousUser(), None


def _origin_is_ours(headers: dict[bytes, bytes]) -> bool:
    """No Origin (not a browser), the host that was asked, or one that is trusted with forms too."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return not origin or origin in settings.CSRF_TRUSTED_ORIGINS or urlsplit(origin).netloc.lower() == host
