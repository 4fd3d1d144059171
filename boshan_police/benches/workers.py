"""Real Celery workers and a real beat on the database and the Redis of this process, to be killed at will."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from django.conf import settings

from .scratch import server_environment

END_SECONDS = 10.0
RESTART_SECONDS = 1.0
_CELERY = [sys.executable, "-m", "celery", "--quiet", "--app=boshan_police"]


class CeleryProcess:
    """A worker or beat in a process group of its own, started again when it ends by itself, as a supervisor does.

    `kill()` is `kill -9` of all of it, in the middle of whatever it does. `restarts` counts its own ends.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = command, environment
        self._wanted = threading.Event()
        self._turn = threading.Lock()
        self.restarts = 0
        self.start()
        threading.Thread(target=self._supervise, daemon=True).start()

    def start(self) -> None:
        with self._turn:
            self._launch()
            self._wanted.set()

    def kill(self) -> None:
        """At once and without a word, children included."""
        with self._turn:
            self._wanted.clear()
            self._kill_group()

    def end(self) -> None:
        """As an upgrade does; killed if that takes too long."""
        with self._turn:
            self._wanted.clear()
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
            self._kill_group()

    def _supervise(self) -> None:
        while True:
            self._wanted.wait()
            self.process.wait()
            with self._turn:
                if self._wanted.is_set() and self.process.poll() is not None:
                    self._kill_group()  # what it left of its own children
                    self.restarts += 1
                    time.sleep(RESTART_SECONDS)
                    self._launch()

    def _launch(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            cwd=settings.BASE_DIR,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def celery_processes(
    *,
    workers: int,
    beats: int = 1,
    queue: str = "celery",
    redis_url: str | None = None,
    **variables: str,
) -> Iterator[tuple[list[CeleryProcess], list[CeleryProcess]]]:
    """(workers of `queue`, beats), started as `manage.py demo` starts them; all ended afterwards."""
    environment = server_environment() | variables
    if redis_url:
        environment["REDIS_URL"] = redis_url
    with ExitStack() as started:

        def start(command: list[str]) -> CeleryProcess:
            process = CeleryProcess([*_CELERY, *command], environment)
            started.callback(process.end)
            return process

        yield (
            [start(worker_command(f"worker{index}@bench", queue)) for index in range(workers)],
            [start(["beat", "--pidfile="]) for _ in range(beats)],
        )


def worker_command(name: str, queue: str) -> list[str]:
    return [
        *("worker", f"--hostname={name}", f"--queues={queue}", "--concurrency=2", "--loglevel=ERROR"),
        *("--without-gossip", "--without-mingle"),
    ]


def own_redis_database(url: str, number: int = 9) -> str:
    """`url` with another database number, so that nobody else's worker takes the messages."""
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return f"{url.rpartition('/')[0]}/{number}"
