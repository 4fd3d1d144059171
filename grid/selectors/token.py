"""Tokens of machines: who stands behind one, and which ones an account has."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from knox.crypto import hash_token
from knox.models import AuthToken

from boshan_police.kernel import clock

_SECRET = re.compile(r"[0-9a-f]{64}")


def token_presented(secret: str) -> AuthToken | None:
    """The live token that `secret` opens, with its `user`; None for one that is unknown, ended, or of a closed account.

    Only the hash is stored, and it is the primary key: one query, whatever the number of tokens.
    """
    if not _SECRET.fullmatch(secret):
        return None
    return (
        AuthToken.objects.select_related("user")
        .filter(Q(expiry__isnull=True) | Q(expiry__gt=clock.now()))
        .filter(digest=hash_token(secret), user__is_active=True)
        .first()
    )


def tokens_of(user: Any) -> QuerySet[AuthToken]:
    """The tokens of `user`, newest first, ended ones included. One query."""
    return AuthToken.objects.filter(user=user).order_by("-created", "token_key")
