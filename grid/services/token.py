"""Tokens of machines: made, revoked. Only their hashes are stored."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from boshan_police.kernel import audit
from boshan_police.kernel.errors import NotFound
from grid.models import User

MOST_DAYS = 3650


def token_create(*, actor: User, days: int | None = None) -> tuple[AuthToken, str]:
    """A new token of the actor and its secret, which can't be shown again. `days`: how long it lives, None for ever."""
    with transaction.atomic():
        token, secret = AuthToken.objects.create(actor, expiry=timedelta(days=days) if days else None)
        audit.record(actor=actor, code="token.created", target=token.token_key, details={"days": days})
    return token, secret


def token_revoke(*, actor: User, key: str) -> None:
    """End one token of the actor, named by its `key` (the first signs of the secret). NotFound for others' tokens."""
    with transaction.atomic():
        ended, _per_model = AuthToken.objects.filter(user=actor, token_key=key).delete()
        if not ended:
            raise NotFound("token_not_found", _("You have no such token."))
        audit.record(actor=actor, code="token.revoked", target=key)


def tokens_revoke(*, actor: User, owner: User) -> int:
    """End all tokens of `owner`: one's own, or another's by an administrator. Returns how many there were."""
    ended: int
    with transaction.atomic():
        ended, _per_model = AuthToken.objects.filter(user=owner).delete()
        audit.record(actor=actor, code="token.revoked_all", target=owner.username, details={"tokens": ended})
    return ended
