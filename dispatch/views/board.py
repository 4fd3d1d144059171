"""The live board's page: what its scripts need to begin; everything that changes comes by `/api/board/` and `/ws/board/`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from boshan_police.kernel.guard import page
from dispatch import access
from dispatch.selectors.category import categories
from grid.access import ENTER_HAZARD
from grid.selectors.organisation import organisations
from grid.views.territory import map_settings
from patrol.access import SEE_REACH, SEE_TRAIL

# The verbs a panel may offer at all; each incident's own `can` and the server decide in the end.
_MAY = {
    "dispatch": access.DISPATCH,
    "reach": SEE_REACH,
    "trail": SEE_TRAIL,
    "claim": access.CLAIM,
    "step": access.STEP,
    "take_over": access.TAKE_OVER,
    "snooze": access.SNOOZE,
    "place": access.SEE_PLACE_HISTORY,
    "hazard": ENTER_HAZARD,
    "note": access.NOTE,
    "reveal": access.REVEAL,
    "close": access.CLOSE,
    "reinforce": access.REINFORCE,
    "decline_reinforcement": access.DECLINE_REINFORCEMENT,
    "hand_over": access.HAND_OVER,
    "take_in": access.TAKE_IN,
    "preempt": access.PREEMPT,
    "merge": access.MERGE,
    "split": access.SPLIT,
    "cancel": access.CANCEL,
    "invalidate": access.INVALIDATE,
    "rewind": access.REWIND,
}


@page(access.SEE_BOARD)
@ensure_csrf_cookie
def board_page(request: HttpRequest) -> HttpResponse:
    """List, map and detail of every open incident in the reader's scope. No query beyond the session's."""
    return render(request, "dispatch/board_page.html", {"config": page_config(request)})


def page_config(request: HttpRequest) -> dict[str, Any]:
    """Names in the reader's language, rights, addresses and the map's settings, for the scripts of board and wall."""
    user = request.user
    names = organisations()
    return {
        "organisation": user.organisation_id,
        "user": {
            "username": user.username,
            "name": user.name,
            "level": access.level_of(user),
        },
        "may": {verb: rule.allows(user) for verb, rule in _MAY.items()},
        "stations": [
            {"code": row.code, "label": row.label, "lat": row.lat, "lon": row.lon} for row in names.stations
        ],
        "organisations": {code: row.label for code, row in names.by_code.items()},
        "categories": {
            code: {"label": kind.label, "group": kind.group, "group_label": kind.get_group_display()}
            for code, kind in categories().items()
        },
        "urls": {
            "socket": "/ws/board/",
            "snapshot": reverse("api-board"),
            "grids": "/api/grids/",
            "login": reverse("login"),
            "deliveries": reverse("deliveries") if access.MEND_DELIVERIES.allows(user) else "",
        },
        "map": map_settings(),
    }
