"""What Django tells of sign-ins, written to the audit trail."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from boshan_police.kernel import audit
from grid.models import User


@receiver(user_logged_in)
def signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    """A session began."""
    audit.record(actor=user, code="account.signed_in", target=user.username, request=request)


@receiver(user_logged_out)
def signed_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """A session was ended by its owner."""
    if user:
        audit.record(actor=user, code="account.signed_out", target=user.username, request=request)


@receiver(user_login_failed)
def sign_in_refused(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password or a pause. A name that no account has is not kept: people type passwords there."""
    username = str(credentials.get("username") or "")
    known = User.objects.filter(username=username).exists()
    audit.record(
        actor=None,
        code="account.sign_in_refused",
        target=username if known else "",
        details={
            "known": known,
            "locked": bool(getattr(request, "axes_locked_out", False)),
        },
        request=request,
    )
