"""Signing in and out, and where each role begins."""

from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from boshan_police.kernel.access import CENTRE, PUBLIC, SIGNED_IN, Role
from boshan_police.kernel.errors import error_body
from boshan_police.kernel.guard import page


class SignIn(LoginView):
    """The sign-in page. Attempts are throttled by django-axes and audited by `grid.receivers`."""

    permission = PUBLIC
    template_name = "grid/account_login.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; POST only, so that no link can do it."""

    permission = PUBLIC


@page(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponseBase:
    """To the page on which this role works."""
    role = request.user.role
    if role == Role.ADMINISTRATOR:
        return redirect("admin:index")
    return redirect("board" if role in CENTRE else "station")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What somebody reads after too many wrong passwords, for as long as the pause lasts."""
    pause = get_cool_off(request)
    minutes = max(1, round(pause.total_seconds() / 60)) if pause else 0
    message = _("Too many wrong passwords. Wait %(minutes)s minutes, or ask an administrator.") % {
        "minutes": minutes
    }
    status = settings.AXES_HTTP_RESPONSE_CODE
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse(error_body("locked_out", message), status=status)
    else:
        answer = render(request, "grid/account_locked.html", {"message": message}, status=status)
    answer["Retry-After"] = str(minutes * 60)
    return answer
