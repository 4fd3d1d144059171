"""How one is reached: one's own contacts, tried and, for browsers, added; the link of a message; its service worker."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from boshan_police.kernel.access import PUBLIC
from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.guard import page
from dispatch.selectors.delivery import recent_of, state_at
from dispatch.services.delivery import contact_try, delivery_open
from grid.access import OWN_CONTACTS
from grid.models import Contact
from grid.selectors.contact import channels_open
from grid.services.contact import contact_retire


@page(OWN_CONTACTS)
@ensure_csrf_cookie
def contact_list(request: HttpRequest) -> HttpResponse:
    """One's contacts with what became of the last message to each; a post tries or retires one. Works without script."""
    if request.method == "POST":
        return _act(request)
    contacts = list(
        Contact.objects.filter(person=request.user, active=True).select_related("gateway").order_by("id")
    )
    recent = recent_of(contacts)
    rows: list[dict[str, Any]] = []
    for contact in contacts:
        last = recent.get(contact.pk)
        rows.append(
            {"contact": contact, "last": last, "last_at": last and (state_at(last) or last.created_at)}
        )
    context = {
        "rows": rows,
        "open": channels_open(),
        "push_key": public_push_key() if settings.PUSH_ENABLED else "",
    }
    return render(request, "dispatch/contact_list.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    try:
        key = int(request.POST.get("contact", ""))
        if request.POST.get("act") == "retire":
            contact_retire(actor=request.user, key=key)
            messages.success(request, _("Nothing more is sent to that browser."))
        else:
            contact_try(actor=request.user, key=key)
            messages.success(request, _("A trial is on its way."))
    except DomainError as error:
        messages.error(request, str(error.message))
    except ValueError:
        messages.error(request, _("This is not one of your contacts."))
    return redirect("contacts")


def public_push_key() -> str:
    """What browsers know the installation by: the uncompressed public point of `PUSH_KEY`, base64url."""
    numbers = Vapid02.from_string(settings.PUSH_KEY).public_key.public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    key: str = b64urlencode(point)
    return key


@page(OWN_CONTACTS)
def notice_open(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link in a message: opening it is the receipt, and leads to the incident."""
    delivery = delivery_open(actor=request.user, key=key)
    if delivery.notice is None:
        messages.success(request, _("The trial arrived."))
        return redirect("contacts")
    return redirect("incident_detail", delivery.notice.timer.incident.number)


@page(PUBLIC)
def service_worker(request: HttpRequest) -> HttpResponseBase:
    """The script that shows pushes, below `/` so that it may speak for the whole portal."""
    name = "js/dispatch/push_worker.js"
    path = finders.find(name) or staticfiles_storage.path(name)
    return FileResponse(
        open(path, "rb"),  # noqa: SIM115 - the response closes it
        content_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )
