"""One port for all: sockets go to Channels, everything else to Django's WSGI application in a pool of threads.

The threads stay, and so do their database connections. Under ASGI, Django itself would open one per request
(docs/decisions). A large installation serves HTTP with a WSGI server (`boshan_police.wsgi`) and only `/ws/` here.
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "boshan_police.settings")

from .wsgi import application as pages  # isort: skip - sets Django up, which all that follows needs

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

from dispatch.consumers import hub
from dispatch.routing import websocket_urlpatterns
from grid.credentials import SocketAuthentication


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """The hub starts with the first socket and ends with the server."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await hub.stop()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(pages, workers=settings.WEB_THREADS),
        "websocket": SocketAuthentication(URLRouter(websocket_urlpatterns)),
        "lifespan": lifespan,
    }
)
