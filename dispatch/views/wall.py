"""The wall screen's page: the same truth without a hand, and without a person's name in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from boshan_police.kernel.guard import page
from dispatch import access

from .board import page_config


@page(access.SEE_BOARD)
def wall_page(request: HttpRequest) -> HttpResponse:
    """Figures, the hottest incidents, the map and the stations, to be read from five metres."""
    config = page_config(request)
    config["urls"]["today"] = reverse("api-figures-today")
    return render(request, "dispatch/wall_page.html", {"config": config})
