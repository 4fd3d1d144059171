"""Sound and notice 声音与通知: a page of its own, and the same form as a panel over the board. Works without script."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from boshan_police.kernel.guard import page
from grid.access import OWN_PREFERENCE
from grid.forms import PreferenceForm
from grid.models.preference import VOLUME_FLOOR
from grid.services.preference import preference_save


@page(OWN_PREFERENCE)
@ensure_csrf_cookie
def preference_page(request: HttpRequest) -> HttpResponse:
    """The choices; a post saves them. `?part` answers the form alone."""
    form = PreferenceForm(request.POST or None, initial=request.user.chosen.as_json())
    if request.method == "POST" and form.is_valid():
        preference_save(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. All your screens follow."))
        return redirect("preferences")
    template = "partials/_preference_form.html" if "part" in request.GET else "preference_page.html"
    context = {"form": form, "floor": VOLUME_FLOOR}
    return render(request, f"grid/{template}", context, status=400 if form.errors else 200)
