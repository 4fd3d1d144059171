"""The escalation policies as pictures, and what they would miss in the next days."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from boshan_police.kernel import clock
from boshan_police.kernel.guard import page
from boshan_police.kernel.rendering import to_json
from dispatch import access
from dispatch.models import Policy
from dispatch.selectors.policy import policy_words, told_now
from dispatch.selectors.preflight import DAYS, preflight
from grid.access import CONFIGURE
from grid.selectors.contact import usable_contacts
from grid.selectors.organisation import organisations


@page(access.SEE_POLICIES)
def policy_list(request: HttpRequest) -> HttpResponse:
    """Each policy's steps on a line of time; above them, hour by hour, who would not be reached. Eleven queries."""
    may_change = CONFIGURE.allows(request.user)
    policies = [
        {
            "policy": policy,
            "change": reverse("admin:dispatch_policy_change", args=[policy.pk]) if may_change else "",
            "picture_json": to_json(
                {
                    "steps": [[step.stage, step.seconds, step.level] for step in policy.steps.all()],
                    "followUp": policy.follow_up_seconds,
                    "repeat": policy.repeat_seconds,
                }
            ).decode(),
        }
        for policy in Policy.objects.select_related("category")
        .prefetch_related("steps")
        .order_by("priority", "category")
    ]
    context = {
        "policies": policies,
        "words": policy_words(),
        "told": told_now(clock.now()),
        "gaps": [
            {"gap": gap, "station": organisations().label(gap.station)} for gap in preflight(clock.now())
        ],
        "contacts": usable_contacts().exists(),
        "days": DAYS,
        "may_change": may_change,
    }
    return render(request, "dispatch/policy_list.html", context)
