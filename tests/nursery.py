"""Servers for tests, each forked from a process that has read the whole product once: ready in a fraction of the time.

`python -m tests.nursery` reads a line per server, the name of its log and uvicorn's arguments, and answers with the
server's pid. It ends with its input.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent


class Forked:
    """A process of the nursery, as far as `web_server` needs one of `subprocess`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        return None if self._process.is_running() else 0

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> None:
        try:
            self._process.wait(timeout)
        except psutil.TimeoutExpired as error:
            raise subprocess.TimeoutExpired("uvicorn", timeout or 0) from error


class Nursery:
    """`launch` starts a server, with the nursery's environment."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def launch(self, arguments: Sequence[str], log: str) -> Forked:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{log} {' '.join(arguments)}\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()))


@contextmanager
def nursery(environment: Mapping[str, str]) -> Iterator[Nursery]:
    """A nursery whose servers have `environment`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.nursery"],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Nursery(process)
        assert process.stdin
        process.stdin.close()


def _serve(log: str, arguments: list[str]) -> None:
    from uvicorn.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(0)
    main(arguments)


def _work() -> None:
    import django

    django.setup()
    # All that a server would read first. Not boshan_police.wsgi: it starts the thread that proves the process alive.
    import a2wsgi  # noqa: F401
    import channels.routing  # noqa: F401
    import uvicorn.main  # noqa: F401
    from django.urls import get_resolver

    import dispatch.routing  # noqa: F401

    get_resolver()._populate()  # type: ignore[no-untyped-call]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone
    for line in sys.stdin:
        log, *arguments = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                _serve(log, arguments)
            finally:
                os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work()
