"""By which channels people can be told, beside the screen."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet

from grid.models import Contact


def channels_open() -> list[Contact.Channel]:
    """The channels that this installation has been given the means for. No query."""
    means = {
        Contact.Channel.EMAIL: settings.EMAIL_ENABLED,
        Contact.Channel.PUSH: settings.PUSH_ENABLED,
        Contact.Channel.WEBHOOK: True,
    }
    return [channel for channel, open_ in means.items() if open_]


def usable_contacts() -> QuerySet[Contact]:
    """The contacts that a notice can be sent to now, with their gateways. No query of its own."""
    return Contact.objects.filter(
        Q(gateway__isnull=True) | Q(gateway__active=True), active=True, channel__in=channels_open()
    ).select_related("gateway")


def contacts_of(people: Iterable[int]) -> list[Contact]:
    """The usable contacts of accounts by key. One query; none for nobody."""
    keys = set(people)
    return list(usable_contacts().filter(person__in=keys).order_by("id")) if keys else []
