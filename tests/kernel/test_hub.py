"""The hub holds what changes all the time: the newest of each key, once a second, to whom it concerns."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from boshan_police.kernel import hub as hubs
from boshan_police.kernel.hub import Hub, Subscriber


class NobodyAsks:
    """A source of a hub whose heartbeat is not started."""

    def heartbeats(self, groups: set[Any], *, redis: bool) -> Mapping[Any, str]:
        raise AssertionError

    def refused(self, credentials: set[Any]) -> Mapping[Any, int]:
        raise AssertionError

    def blind_heartbeat(self, *, redis: bool) -> str:
        raise AssertionError


def _frame(*hints: tuple[str, int, str]) -> bytes:
    lines = ["~"]
    for key, version, topics in hints:
        lines += [f"{key} {version} {topics}", json.dumps({"key": key, "version": version})]
    return "\n".join(lines).encode()


class Room:
    """A hub and its sockets, without the network."""

    def __init__(self, *topics: str) -> None:
        self.hub = Hub(NobodyAsks())
        self.sockets = [Subscriber(frozenset({topic}), None, None, self._never) for topic in topics]
        self.hub._subscribers.update(self.sockets)

    async def _never(self, message: Any) -> None:
        raise AssertionError("nobody writes here")

    def heard(self, socket: int = 0) -> list[list[tuple[str, int]]]:
        """What waits for a socket: per frame the (key, version) in it."""
        queue, found = self.sockets[socket].queue, []
        while not queue.empty():
            batch = json.loads(queue.get_nowait()["text"])
            assert batch["type"] == "batch"
            found.append([(message["key"], message["version"]) for message in batch["messages"]])
        return found

    async def next(self) -> list[list[tuple[str, int]]]:
        """What the first socket hears next."""
        while not (heard := self.heard()):
            await asyncio.sleep(0.01)
        return heard


def _run(play: Any) -> None:
    """In a thread of its own: beside browser tests this one has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, play()).result()


def test_the_first_goes_at_once_the_newest_of_the_others_when_the_second_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hubs, "LATEST_SECONDS", 0.05)

    async def play() -> None:
        room = Room("district")
        room.hub._route(_frame(("a", 1, "district")))
        assert await room.next() == [[("a", 1)]]
        for version in (3, 4, 2):  # the last one was overtaken on its way
            room.hub._route(_frame(("a", version, "district"), ("b", version, "district")))
        assert room.heard() == []
        assert await room.next() == [[("a", 4), ("b", 4)]]

    _run(play)


def test_each_hears_what_concerns_it_and_one_text_serves_all_alike() -> None:
    async def play() -> None:
        room = Room("district", "district", "org:A", "org:C")
        room.hub._route(_frame(("a", 1, "district,org:A"), ("b", 1, "district,org:B")))
        first, second = [await room.sockets[index].queue.get() for index in (0, 1)]
        assert first is second
        assert [message["key"] for message in json.loads(first["text"])["messages"]] == ["a", "b"]
        assert room.heard(2) == [[("a", 1)]]
        assert room.heard(3) == []

    _run(play)
