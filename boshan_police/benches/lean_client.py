"""HTTP clients that cost almost nothing: keep-alive sockets and one selector, so that the server gets the cores."""

import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

ANSWER_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back on connection `client` after `ms` milliseconds."""

    client: int
    status: int
    ms: float
    body: bytes


class LeanClients:
    """`count` connections to 127.0.0.1:`port`, each with at most one request under way."""

    def __init__(self, port: int, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        self._came = [b""] * count
        self._sent_at = [0.0] * count
        for client, each in enumerate(self._sockets):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(each, selectors.EVENT_READ, client)

    def __enter__(self) -> "LeanClients":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for each in self._sockets:
            each.close()

    def send(self, client: int, request: bytes) -> None:
        self._sent_at[client] = time.perf_counter()
        self._sockets[client].sendall(request)

    def keep_busy(self, make: Callable[[], bytes], seconds: float) -> list[Answer]:
        """Every connection sends what `make` returns, one request after the other, for `seconds`."""
        found: list[Answer] = []
        end = time.perf_counter() + seconds
        under_way = len(self._sockets)
        for client in range(under_way):
            self.send(client, make())
        while under_way:
            for answer in self._next_answers():
                found.append(answer)
                if time.perf_counter() < end:
                    self.send(answer.client, make())
                else:
                    under_way -= 1
        return found

    def all_at_once(self, requests: list[bytes]) -> list[Answer]:
        """One request per connection, all sent before any answer is read."""
        for client, request in enumerate(requests):
            self.send(client, request)
        found: list[Answer] = []
        while len(found) < len(requests):
            found.extend(self._next_answers())
        return found

    def _next_answers(self) -> Iterator[Answer]:
        """What has come in whole, after waiting for something to come."""
        ready = self._selector.select(ANSWER_SECONDS)
        if not ready:
            raise TimeoutError(f"no answer within {ANSWER_SECONDS:.0f} s")
        for key, _mask in ready:
            answer = self._read(key.data)
            if answer:
                yield answer

    def _read(self, client: int) -> Answer | None:
        chunk = self._sockets[client].recv(65536)
        if not chunk:
            raise ConnectionError("the server closed a connection")
        came = self._came[client] = self._came[client] + chunk
        head, parted, body = came.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if parted else None
        if not parted or (length and len(body) < int(length[1])):
            return None
        self._came[client] = b""
        ms = (time.perf_counter() - self._sent_at[client]) * 1000
        return Answer(client, int(head[9:12]), ms, body)


def request_bytes(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as it goes over the wire."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def percentile(figures: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `figures` lie, rounded to a hundredth; nearest rank."""
    ordered = sorted(figures)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)
