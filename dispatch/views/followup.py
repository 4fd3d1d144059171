"""The page of the follow-up calls to make; works without script."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.guard import page
from dispatch import access
from dispatch.forms import FollowUpForm
from dispatch.selectors.category import categories
from dispatch.selectors.followup import follow_ups_due
from dispatch.services.followup import TRIES, follow_up_record
from grid.selectors.organisation import organisations


@page(access.FOLLOW_UP)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Calls to make, soonest first; a post writes one down. What was typed stays where it could not be saved."""
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            call = follow_up_record(actor=request.user, **given)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            number = call.incident.short_number
            messages.success(request, _("The call about %(number)s is written down.") % {"number": number})
            return redirect("follow_ups")
    context = {"rows": [_row(row, form) for row in follow_ups_due(request.user)], "form": form, "most": TRIES}
    return render(request, "dispatch/followup_list.html", context, status=400 if form.errors else 200)


def _row(row: dict[str, Any], form: FollowUpForm) -> dict[str, Any]:
    organisation = organisations().by_code.get(row["station"])
    category = categories().get(row["category"])
    typed = form if form.is_bound and form.data.get("number") == row["number"] else None
    return {
        **row,
        "short_number": row["number"][14:],
        "station": organisation.label if organisation else "",
        "category": category.label if category else row["category"],
        "form": typed,
    }
