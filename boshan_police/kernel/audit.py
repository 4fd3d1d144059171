"""Who did or was refused what, kept apart from the business tables and append-only.

A change of an incident is told by its timeline; the audit trail holds what has no incident: sign-ins, refusals,
reveals of personal data, changes of configuration.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest

from . import clock

logger = logging.getLogger(__name__)


def record(
    *,
    actor: Any,
    code: str,
    target: str = "",
    details: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Append one entry in the caller's transaction. `actor` may be anonymous or None."""
    from .models import AuditEntry  # models load after this module: errors is imported by middleware settings

    known = actor if getattr(actor, "is_authenticated", False) else None
    AuditEntry.objects.create(
        at=clock.now(),
        actor=known,
        actor_name=str(known or ""),
        code=code,
        target=target[:200],
        details=dict(details or {}),
        address=request.META.get("REMOTE_ADDR", "") if request else "",
    )


def record_refusal(
    *, request: HttpRequest, actor: Any, code: str, details: Mapping[str, Any] | None = None
) -> None:
    """A refusal, on its own transaction. A trail that can't be written is logged, never hidden by an error page."""
    try:
        record(
            actor=actor,
            code="access.refused",
            target=f"{request.method} {request.path}",
            details={"reason": code, **(details or {})},
            request=request,
        )
    except DatabaseError:
        logger.exception("refusal not recorded: %s %s %s", actor, request.method, request.path)
