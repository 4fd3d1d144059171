"""A server on loopback that takes what couriers bring, and an escalation that sends them out."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from boshan_police.kernel import clock
from dispatch.models import Delivery, Incident
from dispatch.services.delivery import deliveries_send
from dispatch.services.timer import timers_sweep
from grid.models import Contact, Gateway

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


class OtherSide:
    """A server on loopback: answers with `status`, or not at all; keeps what it was sent."""

    def __init__(self) -> None:
        self.status, self.hangs = 200, False
        self.got: list[SimpleNamespace] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(SimpleNamespace(path=self.path, headers=self.headers, body=body))
                if outer.hangs:
                    outer.released.wait(20)
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.released = threading.Event()

        class Side(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64  # Python's 5 turns away some of the many that come at once

        self.server = Side(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def other_side() -> Iterator[OtherSide]:
    side = OtherSide()
    yield side
    side.close()


@pytest.fixture
def gateway(other_side: OtherSide) -> Gateway:
    return Gateway.objects.create(name="SMS", url=f"{other_side.origin}/sms", secret=SECRET)


@pytest.fixture
def by_gateway(world: SimpleNamespace, gateway: Gateway) -> Contact:
    return Contact.objects.create(
        person=world.east_commander, channel="webhook", gateway=gateway, address="13900000001"
    )


@pytest.fixture
def escalate(
    file: Callable[..., Incident], clock_at: Callable[[datetime], datetime]
) -> Callable[..., Incident]:
    """An incident whose first timer has fired: the East's commander is told."""

    def make() -> Incident:
        incident = file(
            summary="有人持刀", caller_name="张三", caller_phone="13800000000", address="解放路 3 号"
        )
        clock_at(incident.limit_at)
        timers_sweep()
        return incident

    return make


def only() -> Delivery:
    return Delivery.objects.get()


def courier_elsewhere() -> threading.Thread:
    """A courier with a connection of its own. The clock held here isn't held there, so all is due since a minute."""

    def send() -> None:
        try:
            deliveries_send()
        finally:
            connection.close()

    Delivery.objects.update(due_at=clock.now() - timedelta(minutes=1))
    courier = threading.Thread(target=send)
    courier.start()
    return courier


def wait_until(true: Callable[[], object]) -> None:
    limit = time.monotonic() + 15
    while not true() and time.monotonic() < limit:
        time.sleep(0.02)
    assert true()
