"""The page of the messages that reached nobody; works without script."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.guard import page
from dispatch.access import MEND_DELIVERIES
from dispatch.selectors.undelivered import undelivered
from dispatch.services.redelivery import delivery_redirect, delivery_retry


@page(MEND_DELIVERIES)
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Who was not reached, by which channel and why; a post sends once more, the same way or another. Two queries."""
    if request.method == "POST":
        _act(request)
        return redirect("deliveries")
    return render(request, "dispatch/delivery_list.html", {"rows": undelivered()})


def _act(request: HttpRequest) -> None:
    try:
        key = UUID(request.POST.get("delivery", ""))
        if request.POST.get("act") == "redirect":
            contact = int(request.POST.get("contact", ""))
            sent = delivery_redirect(actor=request.user, key=key, contact=contact)
        else:
            sent = delivery_retry(actor=request.user, key=key)
    except ValueError:
        messages.error(request, _("There is no such message."))
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(
            request,
            _("On its way to %(name)s, %(channel)s.")
            % {"name": sent.contact.person.name, "channel": sent.contact.get_channel_display()},
        )
