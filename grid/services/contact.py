"""A person's own browsers as places where a notice arrives."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from grid.access import OWN_CONTACTS
from grid.models import Contact, User


@transaction.atomic
def push_subscribe(*, actor: User, endpoint: str, p256dh: str, auth: str, label: str = "") -> Contact:
    """Keep the push subscription of the actor's browser; a repeat renews its keys.

    One browser is one endpoint, whoever is signed in: those who used this one before are no longer reached there.

    Invalid `endpoint_unknown` for an address that is no push service of `PUSH_HOSTS`: the server must not be made to
    call any other. Conflict `push_off` where the installation has no push.
    """
    require(actor, OWN_CONTACTS)
    if not settings.PUSH_ENABLED:
        raise Conflict("push_off", _("Notices to a closed browser are switched off in this installation."))
    if not _is_push_service(endpoint):
        raise Invalid(
            "endpoint_unknown", _("This browser's push service is not one we know."), field="endpoint"
        )
    here = Contact.objects.filter(channel=Contact.Channel.PUSH, address=endpoint)
    for key in here.exclude(person=actor).values_list("pk", flat=True):
        _retire(actor, key)
    contact, _created = Contact.objects.update_or_create(
        person=actor,
        channel=Contact.Channel.PUSH,
        gateway=None,
        address=endpoint,
        defaults={"keys": {"p256dh": p256dh, "auth": auth}, "label": label[:60], "active": True},
    )
    audit.record(actor=actor, code="contact.added", target=f"contact {contact.pk}")
    return contact


@transaction.atomic
def contact_retire(*, actor: User, key: int) -> None:
    """Send no more to one of the actor's own browsers. NotFound for others' and for addresses an administrator gave."""
    require(actor, OWN_CONTACTS)
    if not Contact.objects.filter(pk=key, person=actor, channel=Contact.Channel.PUSH).exists():
        raise NotFound("not_found", _("This is not one of your browsers."))
    _retire(actor, key)


def _retire(actor: User, key: int) -> None:
    if Contact.objects.filter(pk=key, active=True).update(active=False) == 1:  # of two at once, one tells it
        audit.record(actor=actor, code="contact.retired", target=f"contact {key}")


def _is_push_service(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        port = parts.port  # parsed only here
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        f"{parts.scheme}://{parts.netloc}" in settings.PUSH_HOSTS
        or parts.scheme == "https"
        and not port
        and any(host == known or host.endswith(f".{known}") for known in settings.PUSH_HOSTS)
    )
