"""The sockets' addresses."""

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from .consumers import BoardConsumer

websocket_urlpatterns = [
    path("ws/board/", BoardConsumer.as_asgi()),
    re_path(r"", WebsocketDenier.as_asgi()),
]
