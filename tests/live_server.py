"""The real product for tests: a uvicorn of its own on the test database, and screens that follow it as a browser does."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from knox.models import AuthToken
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from boshan_police.benches.scratch import Server, web_server
from dispatch.lifecycle import OPEN
from grid.models import User

from .nursery import Nursery

PATIENCE_SECONDS = 10.0


@pytest.fixture
def portal(committed_world: SimpleNamespace, servers: Nursery) -> Iterator[Server]:
    """The portal, serving `committed_world`."""
    with web_server(launch=servers.launch) as server:
        yield server


def token_headers(user: User) -> dict[str, str]:
    """A machine's header, with a fresh token of `user`."""
    return {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"}


def session_headers(user: User) -> dict[str, str]:
    """A browser's cookie, signed in as `user`."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


class Screen:
    """What a browser holds: subscribes, fetches the snapshot, applies what comes (static/js/lib/live.js in short)."""

    def __init__(self, server: Server, headers: dict[str, str], origin: str | None = None) -> None:
        self.server, self.headers = server, headers
        self.frames: list[dict[str, Any]] = []
        self.incidents: dict[str, dict[str, Any]] = {}
        self.units: dict[int, dict[str, Any]] = {}
        self.gone: dict[str, int] = {}
        self._open = ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(
                f"{server.ws}/ws/board/",
                additional_headers=headers,
                origin=origin,  # type: ignore[arg-type]
                proxy=None,
                max_queue=None,  # a test may leave frames unread and still close at once
            )
        )
        self.hello = self.wait_for("hello")
        self.fetch()

    def fetch(self) -> None:
        """Take a fresh snapshot over what is held."""
        snapshot = self.snapshot()
        self.incidents = {row["number"]: row for row in snapshot["incidents"]}
        self.units = {row["id"]: row for row in snapshot["units"]}

    def snapshot(self) -> dict[str, Any]:
        """`GET /api/board/`."""
        answer = httpx.get(f"{self.server.http}/api/board/", headers=self.headers, trust_env=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def agrees(self) -> bool:
        """Whether what is held is what a fresh snapshot holds."""
        fresh = self.snapshot()
        return self.incidents == {row["number"]: row for row in fresh["incidents"]} and self.units == {
            row["id"]: row for row in fresh["units"]
        }

    def receive(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next frame, applied. TimeoutError without one, ConnectionClosed at the end."""
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=seconds))
        self.frames.append(frame)
        for message in frame["messages"] if frame["type"] == "batch" else [frame]:
            self._apply(message)
        return frame

    def _apply(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "incident":
            self._take(frame)
        elif (
            frame["type"] == "unit"
            and frame["version"] > self.units.get(frame["id"], {"version": 0})["version"]
        ):
            self.units[frame["id"]] = {key: value for key, value in frame.items() if key != "type"}

    def wait_for(
        self,
        kind: str,
        where: Callable[[dict[str, Any]], bool] = lambda frame: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """The next frame of `kind` for which `where` holds; everything before it is applied too."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            frame = self.receive(left)
            if frame["type"] == kind and where(frame):
                return frame
        raise TimeoutError(kind)

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Take what comes until `holds()`. TimeoutError if it never does."""
        end = time.monotonic() + seconds
        while not holds():
            self.receive(max(0.0, end - time.monotonic()))

    def hear(self, seconds: float) -> list[dict[str, Any]]:
        """Everything that comes within `seconds`, heartbeats left out."""
        end, heard = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            try:
                heard.append(self.receive(left))
            except TimeoutError:
                break
        return [frame for frame in heard if frame["type"] != "heartbeat"]

    def closing_code(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The code with which the server closes the socket, waiting for it."""
        end = time.monotonic() + seconds
        try:
            while (left := end - time.monotonic()) > 0:
                self.receive(left)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise TimeoutError("still open")

    def close(self) -> None:
        self._open.close()

    def _take(self, frame: dict[str, Any]) -> None:
        number, version = frame["number"], frame["version"]
        held = self.incidents.get(number, {}).get("version") or self.gone.get(number, 0)
        if version <= held:
            return
        if frame["status"] in OPEN and not frame.get("left"):
            self.incidents[number] = {
                key: value for key, value in frame.items() if key not in {"type", "event"}
            }
        else:
            self.incidents.pop(number, None)
            self.gone[number] = version


@pytest.fixture
def screen(portal: Server) -> Iterator[Callable[..., Screen]]:
    """`screen(user)` is a machine that follows the board with that person's token; `screen(user, by="session")` a browser."""
    opened: list[Screen] = []

    def open_screen(user: User, by: str = "token") -> Screen:
        headers = token_headers(user) if by == "token" else session_headers(user)
        opened.append(Screen(portal, headers, portal.http if by == "session" else None))
        return opened[-1]

    yield open_screen
    for each in opened:
        each.close()
