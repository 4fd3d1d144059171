"""The hub: one Redis subscription per process, fanned out to its sockets.

A frame is routed by its topic line and sent on unparsed. Every few seconds a heartbeat, read from PostgreSQL once per
group of sockets, says what the server holds; it goes on with Redis away, and with PostgreSQL away it says so. In the
same read the right of each socket to be here is asked again. What changes all the time is passed on once a second.

A hub belongs to one event loop; only its `Source` is called from a thread.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import redis.asyncio
from django.conf import settings
from django.db import close_old_connections
from redis.exceptions import RedisError

from .live import LATEST

logger = logging.getLogger(__name__)
Message = Mapping[str, Any]
"""An ASGI message; one object serves all sockets that it goes to."""

QUEUE_LENGTH = 512
"""Frames that may wait for one slow socket before it is dropped: many seconds of a very busy night."""
TRY_AGAIN_LATER = 1013
"""Close code (IANA's WebSocket registry) of a dropped socket: the client reconnects and fetches a snapshot."""
SUBSCRIBE_SECONDS = 1.0
PROOF_SECONDS = 1.0
LATEST_SECONDS = 1.0
"""How often the newest of each key (`kernel.live.publish_latest`) goes out."""
READ_SECONDS = 3.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0


class Source(Protocol):
    """What a hub asks its app. The first two are called in one thread of the hub's own and may read the database."""

    def heartbeats(self, groups: set[Any], *, redis: bool) -> Mapping[Any, str]:
        """The heartbeat of each group, as JSON text."""

    def refused(self, credentials: set[Any]) -> Mapping[Any, int]:
        """The credentials that hold no longer, each with the code its sockets are closed with."""

    def blind_heartbeat(self, *, redis: bool) -> str:
        """The heartbeat of all while the database does not answer."""


@dataclass(eq=False)
class Subscriber:
    """One socket: the topics it hears, the `group` it shares its heartbeat with, the `credential` it came with."""

    topics: frozenset[str]
    group: Hashable
    credential: Hashable
    send: Callable[[Message], Awaitable[None]]
    queue: "asyncio.Queue[Message]" = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))
    writer: "asyncio.Task[None] | None" = None

    async def write(self) -> None:
        """Send what waits, in order; ends with the socket."""
        with contextlib.suppress(OSError):  # the client is gone, its consumer hears it too
            while True:
                await self.send(await self.queue.get())

    async def close(self, code: int) -> None:
        """A full socket takes the closing frame only once it has read what it holds, or is dead."""
        with contextlib.suppress(OSError, RuntimeError):  # gone, or closed from the other side meanwhile
            await self.send({"type": "websocket.close", "code": code})


class Hub:
    """Starts with the first socket of the process, ends with `stop()`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._subscribers: set[Subscriber] = set()
        self._by_topic: dict[str, set[Subscriber]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False
        self._redis: redis.asyncio.Redis | None = None
        self._subscription: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()
        self._proof: tuple[bytes, asyncio.Event] = (b"", asyncio.Event())
        self._verify_now = asyncio.Event()
        self._latest: dict[bytes, tuple[int, frozenset[str], bytes]] = {}  # key: version, topics, body
        self._latest_at = 0.0
        self._latest_due: asyncio.TimerHandle | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="heartbeat")
        self._reading: asyncio.Future[Any] | None = None

    # --- sockets ----------------------------------------------------------------------------------------

    async def join(self, subscriber: Subscriber, greeting: str) -> None:
        """Let `subscriber` hear its topics. Nothing that happens after it reads `greeting` is missed.

        With Redis away it is greeted all the same, after a second: the heartbeats keep it true.
        """
        self._start()
        if not self._subscribed.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._subscribed.wait(), SUBSCRIBE_SECONDS)
        self._subscribers.add(subscriber)
        for topic in subscriber.topics:
            self._by_topic.setdefault(topic, set()).add(subscriber)
        subscriber.writer = asyncio.create_task(subscriber.write())
        self._offer(subscriber, _text(greeting))

    def leave(self, subscriber: Subscriber) -> None:
        """Forget `subscriber`; once more does nothing."""
        if subscriber not in self._subscribers:
            return
        self._subscribers.remove(subscriber)
        for topic in subscriber.topics:
            self._by_topic[topic].discard(subscriber)
            if not self._by_topic[topic]:
                del self._by_topic[topic]
        if subscriber.writer:
            subscriber.writer.cancel()

    def _offer(self, subscriber: Subscriber, message: Message) -> None:
        try:
            subscriber.queue.put_nowait(message)
        except asyncio.QueueFull:
            logger.warning("a socket reads too slowly and is dropped")
            self._drop(subscriber, TRY_AGAIN_LATER)

    def _drop(self, subscriber: Subscriber, code: int) -> None:
        self.leave(subscriber)
        self._spawn(subscriber.close(code))

    # --- life -------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if not self._running:
            self._running = True
            self._spawn(self._listen())
            self._spawn(self._beat())

    async def stop(self) -> None:
        """End the subscription and the heartbeat."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._latest_due:
            self._latest_due.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- Redis ------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Keep subscribed, for ever, with back-off and jitter."""
        wait = FIRST_WAIT_SECONDS
        while True:
            self._subscription = asyncio.create_task(self._subscribe())
            try:
                await self._subscription
            except (RedisError, OSError) as error:
                logger.warning("live subscription lost: %s", error)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                logger.warning("live subscription is silent; opened anew")
            if self._subscribed.is_set():
                self._subscribed.clear()
                wait = FIRST_WAIT_SECONDS
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the processes
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _subscribe(self) -> None:
        """Subscribe and route until the connection breaks. Every subscription makes all sockets verify."""
        pool = redis.asyncio.ConnectionPool.from_url(
            settings.REDIS_URL, max_connections=4, socket_connect_timeout=2
        )
        self._redis = redis.asyncio.Redis(connection_pool=pool)
        try:
            async with self._redis.pubsub() as channel:
                await channel.subscribe(settings.LIVE_CHANNEL)
                while True:
                    message = await channel.get_message(timeout=None)
                    if message and message["type"] == "message":
                        self._route(message["data"])
                    elif message and message["type"] == "subscribe":
                        self._subscribed.set()
                        self._verify_now.set()
        finally:
            await pool.disconnect()

    def _route(self, frame: bytes) -> None:
        head, _, body = frame.partition(b"\n")
        if head == self._proof[0]:
            self._proof[1].set()
            return
        if head == LATEST:
            self._keep_latest(body)
            return
        heard = [self._by_topic[topic] for topic in head.decode().split(",") if topic in self._by_topic]
        if heard:
            message = _text(body.decode())
            for subscriber in set().union(*heard):
                self._offer(subscriber, message)

    def _keep_latest(self, body: bytes) -> None:
        """Hold the newest of each key until its second is over; what comes after a quiet second goes at once."""
        lines = body.split(b"\n")
        for head, message in zip(lines[::2], lines[1::2], strict=True):
            key, version, topics = head.split(b" ")
            held = self._latest.get(key)
            if held is None or held[0] < int(version):
                self._latest[key] = int(version), frozenset(topics.decode().split(",")), message
        if self._latest_due is None:
            loop = asyncio.get_running_loop()
            self._latest_due = loop.call_at(self._latest_at + LATEST_SECONDS, self._send_latest)

    def _send_latest(self) -> None:
        if self._latest_due is None:
            return
        self._latest_due.cancel()
        self._latest_due, self._latest_at = None, asyncio.get_running_loop().time()
        held, self._latest = self._latest.values(), {}
        messages: dict[frozenset[str], Message | None] = {}  # one for all who hear the same
        for subscriber in list(self._subscribers):
            hears = subscriber.topics
            if hears not in messages:
                bodies = [body for _version, topics, body in held if topics & hears]
                text = b'{"type":"batch","messages":[' + b",".join(bodies) + b"]}"
                messages[hears] = _text(text.decode()) if bodies else None
            if message := messages[hears]:
                self._offer(subscriber, message)

    async def _prove_redis(self) -> bool:
        """Whether a frame published now comes back by our own subscription. A silent one is opened anew."""
        if not self._subscribed.is_set() or self._redis is None:
            return False
        self._proof = (f"proof:{uuid4()}".encode(), asyncio.Event())
        try:
            async with asyncio.timeout(PROOF_SECONDS):
                await self._redis.publish(settings.LIVE_CHANNEL, self._proof[0] + b"\n")
                await self._proof[1].wait()
        except RedisError:
            return False
        except TimeoutError:
            if self._subscription:
                self._subscription.cancel()
            return False
        return True

    # --- the heartbeat ------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            began = time.monotonic()
            if self._subscribers:
                try:
                    await self._verify()
                except Exception:  # whatever went wrong, the next heartbeat must come
                    logger.exception("heartbeat failed")
            pause = settings.LIVE_HEARTBEAT_SECONDS - (time.monotonic() - began)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._verify_now.wait(), max(0.0, pause))
            self._verify_now.clear()

    async def _verify(self) -> None:
        """Tell every socket what the server holds; close those whose right has ended."""
        redis_answers = await self._prove_redis()
        present = list(self._subscribers)
        groups = {subscriber.group for subscriber in present}
        credentials = {subscriber.credential for subscriber in present}
        answer = await self._read(groups, credentials, redis_answers)
        frames, refused = answer or ({}, {})
        blind = None if answer else _text(self._source.blind_heartbeat(redis=redis_answers))
        messages = {group: _text(frame) for group, frame in frames.items()}
        self._send_latest()  # a heartbeat must not name what is still held here
        for subscriber in present:
            if subscriber not in self._subscribers:
                continue
            if subscriber.credential in refused:
                self._drop(subscriber, refused[subscriber.credential])
            else:
                message = blind or messages[subscriber.group]
                self._offer(subscriber, message)

    async def _read(
        self, groups: set[Any], credentials: set[Any], redis_answers: bool
    ) -> "tuple[Mapping[Any, str], Mapping[Any, int]] | None":
        """(heartbeats, refused), or None when the database does not answer in time."""
        if self._reading and not self._reading.done():
            return None  # the one before still hangs

        def read() -> tuple[Mapping[Any, str], Mapping[Any, int]]:
            close_old_connections()
            return self._source.heartbeats(groups, redis=redis_answers), self._source.refused(credentials)

        self._reading = asyncio.get_running_loop().run_in_executor(self._thread, read)
        try:
            return await asyncio.wait_for(asyncio.shield(self._reading), READ_SECONDS)
        except TimeoutError:
            self._reading.add_done_callback(lambda late: late.cancelled() or late.exception())
        except Exception as error:  # noqa: BLE001 - of whatever kind, the sockets hear that we can't verify
            logger.warning("heartbeat without the database: %s", error)
        return None


def _text(text: str) -> Message:
    return {"type": "websocket.send", "text": text}
