"""Looking back leaves a trace: who opened which span of the past. One entry a span, none for each of its frames."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit
from boshan_police.kernel.errors import Invalid
from dispatch import access
from dispatch.models import Incident
from dispatch.selectors.incident import incident_seen_by
from dispatch.selectors.moments import life_of, moments
from dispatch.selectors.rewind import board_at, require_kept
from grid.models import User

LONGEST = timedelta(hours=25)
"""A day, also one that is an hour longer. The life of one incident may be longer."""
MARGIN = timedelta(minutes=1)
"""So much before and after its life belongs to an incident."""
_SALT = "board.rewind"
_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Span:
    """A stretch of the past, opened. `key` is what the frames of it are asked with."""

    key: str
    moments: list[dict[str, Any]]


def span_open(*, actor: User, start: datetime, end: datetime, number: str | None = None) -> Span:
    """Open the span from `start` to `end` for a look back, with what happened in it, of incident `number` alone where given.

    Audited as `board.rewound`. Invalid `span_backwards`, `span_too_long`, `in_the_future`, `not_kept`, `span_outside` of
    that incident's life where it is longer than a day; NotFound for an incident outside of the actor's scope.
    """
    roles.require(actor, access.REWIND)
    require_kept(start, field="start")
    require_kept(end, field="end")
    if end <= start:
        raise Invalid("span_backwards", _("The span ends before it begins."), field="end")
    incident: Incident | None = incident_seen_by(actor, number) if number else None
    if end - start > LONGEST:
        if incident is None:
            raise Invalid("span_too_long", _("Look back at one day at most."), field="end")
        _require_life(incident, start, end)
    with transaction.atomic():
        found = moments(actor, start, end, incident=incident)
        _trace(actor, start, end, number or "")
    key = signing.dumps([actor.pk, start.timestamp(), end.timestamp()], salt=_SALT)
    return Span(key, found)


def board_look_back(*, actor: User, at: datetime, span: str = "") -> dict[str, Any]:
    """The board as it was at `at` (`selectors.rewind.board_at`). Without the key of an opened `span` that holds `at` it is audited itself."""
    roles.require(actor, access.REWIND)
    with transaction.atomic():
        found = board_at(actor, at)
        if not _holds(span, actor, at):
            _trace(actor, at, at, "")
    return found


def _require_life(incident: Incident, start: datetime, end: datetime) -> None:
    """A span as long as the life of `incident` shows the board of that time and no other."""
    first, last = life_of(incident)
    for at, field in ((start, "start"), (end, "end")):
        if not first - MARGIN <= at <= last + MARGIN:
            raise Invalid(
                "span_outside",
                _("Incident %s was not there then. Look back at one day at most.") % incident.short_number,
                field=field,
            )


def _trace(actor: User, start: datetime, end: datetime, number: str) -> None:
    """The board of the whole span is what was opened, whatever it was opened for."""
    details = {"start": start.isoformat(), "end": end.isoformat()} | ({"number": number} if number else {})
    audit.record(actor=actor, code="board.rewound", target="board", details=details)


def _holds(span: str, actor: User, at: datetime) -> bool:
    """Whether `span` is the key of a span that `actor` has opened, not long ago, and that holds `at`."""
    try:
        who, start, end = signing.loads(span, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        return False
    return bool(who == actor.pk and start <= at.timestamp() <= end)
