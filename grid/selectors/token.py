"""Tokens of machines: who stands behind one, and which ones an account has."""

import json
import re
from typing import Any

from django.db.models import QuerySet
from knox.crypto import hash_token
from knox.models import AuthToken

from boshan_police.kernel import clock
from boshan_police.kernel.compiled import CompiledQuery
from grid.models import User

_TOKEN_COLUMNS = [field.attname for field in AuthToken._meta.concrete_fields]
_USER_COLUMNS = [field.attname for field in User._meta.concrete_fields]
# Asked by every request of a machine, so built once.
_WITH_USER = CompiledQuery(
    lambda digest: AuthToken.objects.filter(digest=digest, user__is_active=True).values_list(
        *_TOKEN_COLUMNS, *(f"user__{column}" for column in _USER_COLUMNS)
    ),
    stand_in="the digest",
)
_SECRET = re.compile(r"[0-9a-f]{64}")


def token_presented(secret: str) -> AuthToken | None:
    """The live token that `secret` opens, with its `user`; None for one that is unknown, ended, or of a closed account.

    Only the hash is stored, and it is the primary key: one query, whatever the number of tokens.
    """
    if not _SECRET.fullmatch(secret):
        return None
    for values in _WITH_USER.rows(hash_token(secret)):
        token = AuthToken.from_db("default", _TOKEN_COLUMNS, values[: len(_TOKEN_COLUMNS)])
        token.user = User.from_db("default", _USER_COLUMNS, values[len(_TOKEN_COLUMNS) :])
        token.user.preference = json.loads(token.user.preference)  # a compiled query converts nothing
        if token.expiry is None or token.expiry > clock.now():
            return token
    return None


def tokens_of(user: Any) -> QuerySet[AuthToken]:
    """The tokens of `user`, newest first, ended ones included. One query."""
    tokens: QuerySet[AuthToken] = AuthToken.objects.filter(user=user).order_by("-created", "token_key")
    return tokens
