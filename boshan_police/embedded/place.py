"""Where the private servers of this checkout keep data, locks, logs and sockets.

    var/servers/            one place: data and locks of PostgreSQL and Redis
    var/servers/postgres/   data/ and socket/, 0700, owned by the account PostgreSQL runs as
    var/servers/redis/      its dump and its socket, 0700
    var/log/                what the servers say

Two things can move out of `var/`. PostgreSQL refuses to run as root, so a start by root lends it an
account; if that account may not enter the checkout, PostgreSQL's part lies under /var/lib/boshan-police.
And a unix socket's path is limited to 107 bytes: a longer one, or one with characters that addresses
would have to escape, is replaced by a short folder in /tmp.
"""

import fcntl
import functools
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from .account import borrowed_account
from .errors import ServersUnavailable

ROOT = Path(__file__).resolve().parent.parent.parent
OUTSIDE = Path("/var/lib/boshan-police")
POSTGRES_PORT = 5432  # only names the socket file; nothing listens on TCP
ROLE = DATABASE = "boshan"
_SOCKET_PATH_BYTES = 100
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


def var_directory() -> Path:
    """All state of this checkout; BOSHAN_VAR moves it."""
    return Path(os.environ.get("BOSHAN_VAR") or ROOT / "var").resolve()


@dataclass(frozen=True)
class Place:
    """The files of one set of servers. `name` is its folder in `var`.

    A throwaway place is removed, logs and all, when the last of its users has gone.
    """

    name: str
    var: Path
    throwaway: bool = False

    @property
    def root(self) -> Path:
        return self.var / self.name

    @property
    def redis_home(self) -> Path:
        return self.root / "redis"

    @property
    def redis_socket(self) -> Path:
        return self._short_unless_fits(self.redis_home / "redis.sock", "redis")

    @property
    def postgres_home(self) -> Path:
        """Parent of PostgreSQL's data and socket. Data that exists decides; else whether it can be reached."""
        return _postgres_home(self.root / "postgres", OUTSIDE / self._key / "postgres")

    @property
    def postgres_socket_directory(self) -> Path:
        socket = self.postgres_home / "socket" / f".s.PGSQL.{POSTGRES_PORT}"
        return self._short_unless_fits(socket, "postgres").parent

    def log(self, server: str) -> Path:
        """The file that keeps what `postgres`, `redis` or their `keeper` say."""
        folder = (self.root if self.throwaway else self.var) / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{server}.log"

    def last_words(self, server: str) -> str:
        """The end of a log, to stand in an error message."""
        lines = self.log(server).read_text(errors="replace").splitlines() if self.log(server).exists() else []
        return "\n".join(["The end of its log:", *(f"  {line}" for line in lines[-6:])])

    def addresses(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL of the servers here, running or not."""
        host = quote(str(self.postgres_socket_directory), safe="")
        return {
            "DATABASE_URL": f"postgres://{ROLE}@/{DATABASE}?host={host}",
            "REDIS_URL": f"unix://{self.redis_socket}?db=0",
        }

    def lock(self, name: str) -> IO[bytes]:
        """An open lock file for `fcntl.flock`; closing it lets go. No child inherits it."""
        try:
            make_passable(self.root)
            return (self.root / f"{name}.lock").open("wb")
        except OSError as error:
            raise ServersUnavailable(
                f"Cannot write to {self.root} ({error.strerror}). Start as the account that owns it, "
                "or name another folder in BOSHAN_VAR."
            ) from error

    def is_locked(self, name: str) -> bool:
        """Whether another process holds the lock."""
        with self.lock(name) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def remove(self) -> None:
        """Delete all of it. Only for a place whose servers do not run."""
        shutil.rmtree(self.root, ignore_errors=True)
        if os.geteuid() == 0:
            shutil.rmtree(OUTSIDE / self._key, ignore_errors=True)
        self.remove_short_directory()
        _postgres_home.cache_clear()

    def remove_short_directory(self) -> None:
        """Leave nothing in /tmp behind once the servers have ended."""
        if self._short_directory.exists() and self._short_directory.lstat().st_uid == os.geteuid():
            shutil.rmtree(self._short_directory, ignore_errors=True)

    @property
    def _key(self) -> str:
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]

    @property
    def _short_directory(self) -> Path:
        return Path("/tmp") / f"boshan-{os.geteuid()}-{self._key}"  # noqa: S108 - owner checked in `claim`

    def _short_unless_fits(self, path: Path, server: str) -> Path:
        fits = len(os.fsencode(path)) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(path))
        return path if fits else self._short_directory / server / path.name

    def claim_socket_directory(self, directory: Path, uid: int, gid: int) -> None:
        """Make `directory` for one owner alone (0700), safely also below /tmp.

        Raises ServersUnavailable when somebody else has taken the name.
        """
        if directory.is_relative_to(self._short_directory):
            self._short_directory.mkdir(mode=0o711, exist_ok=True)
            found = self._short_directory.lstat()
            if found.st_uid != os.geteuid() or self._short_directory.is_symlink():
                raise ServersUnavailable(f"{self._short_directory} belongs to somebody else. Remove it.")
            # Only a lent account has to pass through on its way to its own folder.
            self._short_directory.chmod(0o700 if uid == os.geteuid() else 0o711)
        make_private(directory, uid, gid)


@functools.cache
def _postgres_home(inside: Path, outside: Path) -> Path:
    account = borrowed_account()
    if account is None or (inside / "data").exists():
        return inside
    return inside if not (outside / "data").exists() and account.reaches(inside) else outside


def make_passable(directory: Path) -> None:
    """Make `directory` so that a lent account may pass through, whatever the umask. One that exists stays."""
    if not directory.exists():
        make_passable(directory.parent)
        directory.mkdir(exist_ok=True)
        directory.chmod(0o755)


def make_private(directory: Path, uid: int, gid: int) -> None:
    """Make `directory` and give it to one account, 0700."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    if directory.stat().st_uid != uid:
        os.chown(directory, uid, gid)
