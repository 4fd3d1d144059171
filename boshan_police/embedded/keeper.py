"""The process that holds the private servers as long as somebody uses them.

    python -m boshan_police.embedded.keeper FOLDER KIND... [--throwaway]

Whoever needs the servers holds a shared lock on `use.lock`; the kernel lets go of it however that process
ends. The keeper waits for that lock to be free of users, then stops the servers and ends. It starts a
server that dies again, and it answers `ready` or the reason why not, one line on standard output.
"""

import argparse
import fcntl
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from .errors import ServersUnavailable
from .place import Place
from .postgres_server import PostgresServer
from .processes import Backoff, ending
from .redis_server import RedisServer

KINDS: dict[str, type[PostgresServer] | type[RedisServer]] = {
    "postgres": PostgresServer,
    "redis": RedisServer,
}
_TICK_SECONDS = 0.1
_ORPHAN_SECONDS = 30  # how long a server whose keeper was killed may take to end by itself
_LOG_BYTES = 10_000_000


class _Kept:
    """One server under the keeper's care."""

    def __init__(self, server: PostgresServer | RedisServer) -> None:
        self._server = server
        self._backoff = Backoff()
        self._started = 0.0
        self._next_start: float | None = None

    def start(self) -> None:
        self._server.start()
        self._started = time.monotonic()
        self._next_start = None

    def stop(self) -> None:
        self._server.stop()

    def look_after(self) -> None:
        """Notice an end, say so, and start again when the wait is over."""
        now = time.monotonic()
        if self._next_start is None:
            code = self._server.exit_code()
            if code is not None:
                self._schedule(f"ended ({ending(code)})", now)
        elif now >= self._next_start:
            try:
                self.start()
                _say(f"{self._server.name} runs again.")
            except ServersUnavailable as error:
                self._started = now
                self._schedule(f"could not start: {error}", now)

    def _schedule(self, what: str, now: float) -> None:
        wait = self._backoff.next_wait(now - self._started)
        self._next_start = now + wait
        _say(f"{self._server.name} {what}; starting it again in {wait} s.")


def keep(place: Place, kinds: list[str]) -> None:
    """Hold the servers until nobody uses them or this process is asked to end."""
    ended = False

    def end(number: int, frame: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ExitStack() as held:
        # The last lock to be freed: who waits for it must find no keeper that is about to go.
        use = held.enter_context(place.lock("use"))
        own = held.enter_context(place.lock("keeper"))
        fcntl.flock(own, fcntl.LOCK_EX)
        servers = []
        for kind in kinds:
            lock = held.enter_context(place.lock(kind))
            _wait_for_orphan(lock, kind)
            server = _Kept(KINDS[kind](place, lock))
            server.start()
            held.callback(server.stop)
            servers.append(server)
        _answer("ready")
        while not ended and not _nobody(use):
            for server in servers:
                server.look_after()
            time.sleep(_TICK_SECONDS)
        # Leaving stops the servers first, then frees the locks: a newcomer waits until they are down.
    if place.throwaway:
        place.remove()
    else:
        place.remove_short_directory()


def _nobody(use: IO[bytes]) -> bool:
    """Whether the last user has gone; if so nobody can begin until we have ended."""
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_orphan(lock: IO[bytes], kind: str) -> None:
    """A server whose keeper was killed is on its way down, and holds its lock until it is."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while not _nobody(lock):
        if time.monotonic() > deadline:
            raise ServersUnavailable(f"An earlier {kind} of this folder still runs and does not end.")
        time.sleep(_TICK_SECONDS)


def _answer(line: str) -> None:
    sys.stdout.write(line.replace("\n", "\r") + "\n")
    sys.stdout.flush()
    # The pipe ends here: whoever started us may end long before us.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _shorten_logs(place: Place) -> None:
    for server in (*KINDS, "keeper"):
        log = place.log(server)
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="+", choices=KINDS)
    parser.add_argument("--throwaway", action="store_true")
    given = parser.parse_args()
    place = Place(given.folder.name, given.folder.parent, throwaway=given.throwaway)
    _shorten_logs(place)
    try:
        keep(place, given.kinds)
    except (ServersUnavailable, OSError) as error:
        _answer(str(error))
        if place.throwaway:
            place.remove()
        sys.exit(1)


if __name__ == "__main__":
    main()
