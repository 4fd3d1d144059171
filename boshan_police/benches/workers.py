"""Real Celery workers and a real beat on the database and the Redis of this process, to be killed at will."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from .scratch import database_url

END_SECONDS = 10.0
_CELERY = [sys.executable, "-m", "celery", "--quiet", "--app=boshan_police"]


class CeleryProcess:
    """A worker or beat in a process group of its own. `kill()` is `kill -9` of all of it, in the middle of whatever it does."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = command, environment
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            cwd=settings.BASE_DIR,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """At once and without a word, children included."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """As an upgrade does; killed if that takes too long."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def celery_processes(
    *, workers: int, beats: int = 1, redis_url: str | None = None
) -> Iterator[tuple[list[CeleryProcess], list[CeleryProcess]]]:
    """(workers, beats), started as `manage.py demo` starts them; all ended afterwards."""
    environment = {
        **os.environ,
        "BOSHAN_NO_BOOTSTRAP": "1",
        "DJANGO_SETTINGS_MODULE": "boshan_police.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": redis_url or settings.REDIS_URL,
        "LIVE_CHANNEL": settings.LIVE_CHANNEL,
        "SECRET_KEY": settings.SECRET_KEY,
    }
    with ExitStack() as started, tempfile.TemporaryDirectory(prefix="beat-") as folder:

        def start(command: list[str]) -> CeleryProcess:
            process = CeleryProcess([*_CELERY, *command], environment)
            started.callback(process.end)
            return process

        yield (
            [start(worker_command(f"worker{index}@bench")) for index in range(workers)],
            [
                start(["beat", f"--schedule={Path(folder) / f'schedule-{index}'}", "--pidfile="])
                for index in range(beats)
            ],
        )
        started.close()  # before the schedule's folder goes


def worker_command(name: str) -> list[str]:
    return [
        *("worker", f"--hostname={name}", "--concurrency=2", "--loglevel=ERROR"),
        *("--without-gossip", "--without-mingle"),
    ]


def own_redis_database(url: str, number: int = 9) -> str:
    """`url` with another database number, so that nobody else's worker takes the messages."""
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return f"{url.rpartition('/')[0]}/{number}"
