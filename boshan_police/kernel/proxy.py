"""Who asks, where a proxy of ours stands in front and every connection is the proxy's."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

_Respond = Callable[[HttpRequest], HttpResponseBase]


def client_address(get_response: _Respond) -> _Respond:
    """Middleware, before all that records or counts addresses: REMOTE_ADDR as the proxy saw it.

    Only the last address of X-Forwarded-For is the proxy's own; those before it are whatever the client sent.
    Without `BEHIND_PROXY` even that one would be, and the header is left alone.
    """
    if not settings.BEHIND_PROXY:
        raise MiddlewareNotUsed

    def respond(request: HttpRequest) -> HttpResponseBase:
        if forwarded := request.headers.get("X-Forwarded-For"):
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return get_response(request)

    return respond
