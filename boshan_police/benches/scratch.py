"""Where a benchmark works: a database made for it, a web server of its own. Both are gone afterwards."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.db import connection, connections

from boshan_police.deploy import SOCKET_OPTIONS

START_SECONDS = 30.0
END_SECONDS = 10.0


@contextmanager
def scratch_database() -> Iterator[None]:
    """Point `connection` at a fresh, migrated database; drop it at the end. Needs the right to create one."""
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(kept, verbosity=0)


def database_url(database: Mapping[str, Any]) -> str:
    """The address of a Django database, as `DATABASE_URL` takes it."""
    user = quote(database["USER"], safe="")
    if database["PASSWORD"]:
        user += ":" + quote(database["PASSWORD"], safe="")
    host, port, name = database["HOST"], database["PORT"], quote(database["NAME"])
    if host.startswith("/"):  # a unix socket's folder
        return f"postgres://{user}@/{name}?host={quote(host)}" + (f"&port={port}" if port else "")
    return f"postgres://{user}@{host}{f':{port}' if port else ''}/{name}"


@dataclass
class Server:
    """A running web server. `http` and `ws` are its addresses without a slash at the end."""

    process: Any
    port: int
    log: str

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def output(self) -> str:
        with open(self.log, errors="replace") as log:
            return log.read()


def server_environment() -> dict[str, str]:
    """What a process needs to serve the database, Redis and channel of this one."""
    return {
        **os.environ,
        "BOSHAN_NO_BOOTSTRAP": "1",
        "DJANGO_SETTINGS_MODULE": "boshan_police.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": settings.REDIS_URL,
        "LIVE_CHANNEL": settings.LIVE_CHANNEL,
        "SECRET_KEY": settings.SECRET_KEY,
    }


Launch = Callable[[Sequence[str], str], Any]
"""Starts uvicorn with these arguments and this file for its output; returns the process."""


def _launch(environment: Mapping[str, str]) -> Launch:
    def launch(arguments: Sequence[str], log: str) -> "subprocess.Popen[bytes]":
        with open(log, "ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "uvicorn", *arguments],
                cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    return launch


@contextmanager
def web_server(
    environment: Mapping[str, str] | None = None,
    application: str = "boshan_police.asgi:application",
    launch: Launch | None = None,
) -> Iterator[Server]:
    """Serve `application` from a process of its own, as the product does, on the database of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [application, "--host", "127.0.0.1", "--port", str(port), *SOCKET_OPTIONS]
    arguments += ["--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    launch = launch or _launch({**server_environment(), **(environment or {})})
    with tempfile.NamedTemporaryFile(prefix="web-", suffix=".log") as log:
        process = launch(arguments, log.name)
        server = Server(process, port, log.name)
        try:
            _wait_until_it_listens(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def own_channel() -> Iterator[None]:
    """Live hints of this process and its servers on a channel of their own: Redis may serve others too."""
    kept, settings.LIVE_CHANNEL = settings.LIVE_CHANNEL, f"scratch.{uuid4()}"
    try:
        yield
    finally:
        settings.LIVE_CHANNEL = kept


def _wait_until_it_listens(server: Server) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the web server did not start:\n{server.output()}")
