"""The OsmAnd protocol, which the free Traccar Client and many trackers speak: each device with a token of its own.

A phone sends a point again and again until it hears 200. So a point that the rules drop is answered with 200 as well;
only what can be mended on the phone (the token, the form) is refused.
"""

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from boshan_police.kernel import audit
from boshan_police.kernel.errors import error_body
from boshan_police.kernel.guard import page
from patrol.access import REPORT_BY_DEVICE
from patrol.reports import Unreadable, read_client_body, read_osmand
from patrol.selectors.device import reporter_presenting
from patrol.services.position import Report, position_take

MOST_BYTES = 256 * 1024


@page(REPORT_BY_DEVICE)
@csrf_exempt
@require_http_methods(["GET", "POST"])
def osmand(request: HttpRequest) -> HttpResponse:
    """`/osmand/?token=…&id=…&lat=…&lon=…&timestamp=…`, or the newer client's JSON body; the token also as `Bearer`."""
    try:
        reports = _reports(request)
    except (Unreadable, orjson.JSONDecodeError) as error:
        message = _("This point can't be read: %s.") % error
        return JsonResponse(error_body("unreadable", message), status=400)
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = request.GET.get("token") or request.POST.get("token") or bearer
    reporter = reporter_presenting(reports[0].device, token) if reports else None
    if reporter is None:
        audit.record_refusal(request=request, actor=None, code="device_refused")
        message = _("This device is not known, or its token is wrong.")
        return JsonResponse(error_body("device_refused", message), status=401)
    outcomes = position_take(reporter=reporter, reports=reports)
    return JsonResponse({"outcomes": outcomes})


def _reports(request: HttpRequest) -> list[Report]:
    """What the request holds: a body of JSON, or parameters in the address or the body."""
    if request.content_type == "application/json":
        body = request.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise Unreadable("size")
        if body:
            return read_client_body(orjson.loads(body))
    return [read_osmand({**request.POST.dict(), **request.GET.dict()})]
