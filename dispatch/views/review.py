"""The review 回放: the board of a past minute, with nothing on it that acts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from boshan_police.kernel import clock
from boshan_police.kernel.guard import page
from dispatch import access
from dispatch.selectors.rewind import history_begins

from .board import page_config


@page(access.REWIND)
def review_page(request: HttpRequest) -> HttpResponse:
    """List and map of then, a slider over a span, the story beside. `?incident=` or `?at=` says what to begin with."""
    config = page_config(request)
    config["may"] = dict.fromkeys(config["may"], False)
    config["urls"] |= {"at": reverse("api-board-at"), "moments": reverse("api-board-moments")}
    config |= {"now": clock.now().isoformat(), "begins": history_begins().isoformat()}
    return render(request, "dispatch/review_page.html", {"config": config})
