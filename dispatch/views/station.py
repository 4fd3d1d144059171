"""The station's page: what is ours to accept, our units, our timers; the same for a guard squadron."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from boshan_police.kernel.guard import page
from dispatch import access
from dispatch.lifecycle import Stage
from dispatch.selectors.category import categories
from dispatch.selectors.policy import Plan, plan_for

from .board import page_config


@page(access.SEE_BOARD)
@ensure_csrf_cookie
def station_page(request: HttpRequest) -> HttpResponse:
    """Desktop for the station; on a phone one card and one button for a crew. Everything live comes by script."""
    user = request.user
    config = {**page_config(request), "limits": _limits()}
    context = {"config": config, "organisation": user.organisation}
    return render(request, "dispatch/station_page.html", context)


def _limits() -> dict[str, dict[str, list[int]]]:
    """{"priority" or "category:priority": {stage: [seconds, level told]}} of each policy's first steps. No query."""
    limits = {}
    for priority in range(1, 5):
        usual = plan_for("", priority)
        limits[str(priority)] = _first_steps(usual)
        for code in categories():
            if (own := plan_for(code, priority)) is not usual:
                limits[f"{code}:{priority}"] = _first_steps(own)
    return limits


def _first_steps(plan: Plan) -> dict[str, list[int]]:
    return {stage: [steps[0].seconds, steps[0].level] for stage in Stage.values if (steps := plan.of(stage))}
