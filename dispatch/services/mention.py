"""Reading what one was named in."""

from collections.abc import Iterable

from boshan_police.kernel import access as roles
from boshan_police.kernel import clock
from dispatch import access
from dispatch.models import Mention
from grid.models import User


def mentions_see(*, actor: User, keys: Iterable[int]) -> int:
    """Mark the actor's own mentions `keys` read; others' are passed over. Returns how many that is news of. One query."""
    roles.require(actor, access.SEE_INCIDENT)
    unread = Mention.objects.filter(pk__in=list(keys), recipient=actor, seen_at__isnull=True)
    return unread.update(seen_at=clock.now())
