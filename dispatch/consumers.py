"""The edge of `/ws/board/`: lets a socket in, hands it to the hub, answers its pings."""

import json
from typing import Any

from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncWebsocketConsumer

from boshan_police.kernel import clock
from boshan_police.kernel.hub import Hub, Subscriber
from boshan_police.kernel.rendering import to_json
from grid.access import scope_of

from .access import SEE_BOARD
from .live import BoardSource

LONGEST_MESSAGE = 1024
TOO_BIG = 1009
"""Close code of RFC 6455: clients have nothing to say but `ping`."""

hub = Hub(BoardSource())


class BoardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    """One commander's screen, or a machine that follows the board (docs/architecture.md, *Live*)."""

    subscriber: Subscriber | None = None

    async def connect(self) -> None:
        user = self.scope["user"]
        if not SEE_BOARD.allows(user):
            raise DenyConnection
        await self.accept()
        scope = scope_of(user)
        self.subscriber = Subscriber(scope.topics, scope, self.scope["credential"], self.base_send)
        hello = {
            "type": "hello",
            "at": clock.now(),
            "user": user.username,
            "scope": {"kind": scope.kind, "organisation": scope.organisation},
        }
        await hub.join(self.subscriber, to_json(hello).decode())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or bytes_data or "") > LONGEST_MESSAGE:
            await self.close(TOO_BIG)
        elif _asks_ping(text_data):
            await self.send(to_json({"type": "pong", "at": clock.now()}).decode())

    async def disconnect(self, code: int) -> None:
        if self.subscriber:
            hub.leave(self.subscriber)


def _asks_ping(text: str | None) -> bool:
    """Whether `text` is `{"type": "ping"}`; all else is ignored."""
    try:
        message: Any = json.loads(text or "")
    except ValueError:
        return False
    return isinstance(message, dict) and message.get("type") == "ping"
