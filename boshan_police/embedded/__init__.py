"""PostgreSQL and Redis without an installation: private servers of this checkout, started when needed.

    with servers(): ...          DATABASE_URL and REDIS_URL stand in os.environ, and answer

Where one of the two is set already, it is used as it is. Several processes share one set of servers; the
last to leave stops them. Only `keeper` starts and stops anything; this module asks for it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import IO, cast

from .errors import ServersUnavailable
from .place import ROOT, Place, var_directory

__all__ = [
    "Place",
    "Servers",
    "ServersUnavailable",
    "ours",
    "point_environment",
    "servers",
    "servers_for",
    "standing_place",
]

_VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
_END_SECONDS = 30

# The kinds whose address this process itself put into its environment.
_pointed: set[str] = set()

# Commands that ask no database, or, like `demo` and `test`, bring their own servers up.
_WITHOUT_SERVERS = {
    "",
    "check",
    "collectstatic",
    "compilemessages",
    "demo",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "sendtestemail",
    "spectacular",
    "startapp",
    "startproject",
    "test",
    "version",
}


def servers_for(argv: list[str]) -> AbstractContextManager[object]:
    """What a manage.py command needs: the addresses always, the servers only if it uses them."""
    if os.environ.get("BOSHAN_ENV") == "production":
        return nullcontext()
    command = next((word for word in argv[1:2] if not word.startswith("-")), "")
    if command in _WITHOUT_SERVERS or {"-h", "--help"} & set(argv):
        point_environment()
        # makemigrations would like to compare with a database, and does without.
        warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
        return nullcontext()
    return _or_exit(servers())


def ours() -> list[str]:
    """The kinds of servers that are ours to provide: nobody else named one."""
    return [kind for kind, variable in _VARIABLES.items() if not os.environ.get(variable) or kind in _pointed]


def point_environment() -> None:
    """Set the variables that are not set to this checkout's private servers, running or not."""
    if kinds := ours():
        addresses = standing_place(kinds).addresses()
        os.environ.update({_VARIABLES[kind]: addresses[_VARIABLES[kind]] for kind in kinds})
        _pointed.update(kinds)


def standing_place(kinds: list[str]) -> Place:
    """The place whose data stays: `var/servers`, or one named for the only server that is ours."""
    name = "servers" if len(kinds) == len(_VARIABLES) else f"servers-{kinds[0]}"
    return Place(name, var_directory())


@contextmanager
def servers(*, throwaway: bool = False) -> Iterator["Servers | None"]:
    """Provide the servers whose variables are not set, for the length of the block. None: nothing to do.

    Raises ServersUnavailable. A throwaway set is this process's own and leaves nothing behind.
    """
    kinds = ours()
    if not kinds:
        yield None
        return
    place = standing_place(kinds)
    if throwaway:
        _sweep_abandoned()
        place = Place(f"throwaway-{os.getpid()}", var_directory(), throwaway=True)
    _offer_client_programs()
    before = {variable: os.environ.get(variable) for variable in _VARIABLES.values()}
    addresses = place.addresses()
    os.environ.update({_VARIABLES[kind]: addresses[_VARIABLES[kind]] for kind in kinds})
    try:
        with Servers(place, kinds) as used:
            yield used
    finally:
        for variable, value in before.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value


class Servers:
    """This process's use of one set of servers. Entering starts them unless they run."""

    def __init__(self, place: Place, kinds: list[str]) -> None:
        self.place = place
        self._kinds = kinds
        self._keeper: subprocess.Popen[bytes] | None = None  # the one that this process started

    def __enter__(self) -> "Servers":
        self._use = self.place.lock("use")
        # Waits while a keeper that lost its last user is stopping them.
        fcntl.flock(self._use, fcntl.LOCK_SH)
        try:
            self.ensure()
        except BaseException:
            self._use.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        """Let go, and, as the last user, wait until they have ended."""
        self._use.close()
        deadline = time.monotonic() + _END_SECONDS
        # A throwaway place has no other users, and must not be looked into while it is being removed.
        while not self.place.throwaway and self.are_kept() and time.monotonic() < deadline:
            if self._others_use_them():
                return
            time.sleep(0.05)
        if self._keeper is not None:
            with suppress(subprocess.TimeoutExpired):
                self._keeper.wait(_END_SECONDS)

    def ensure(self) -> None:
        """Start the keeper if there is none. Raises ServersUnavailable."""
        with self.place.lock("start") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            if not self.are_kept():
                self._start_keeper()

    def are_kept(self) -> bool:
        """Whether a keeper looks after them."""
        return self.place.is_locked("keeper")

    def _start_keeper(self) -> None:
        command = [sys.executable, "-m", "boshan_police.embedded.keeper", str(self.place.root), *self._kinds]
        if self.place.throwaway:
            command.append("--throwaway")
        with self.place.log("keeper").open("ab") as log:
            keeper = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for us alone
            )
        with cast(IO[bytes], keeper.stdout) as pipe:
            answer = pipe.readline().decode().rstrip("\n").replace("\r", "\n")
        if answer != "ready":
            keeper.wait()
            raise ServersUnavailable(answer or self.place.last_words("keeper"))
        self._keeper = keeper

    def _others_use_them(self) -> bool:
        """Shared locks of others keep an exclusive one out and let another shared one in."""
        with self.place.lock("use") as use:
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                return False
            try:
                fcntl.flock(use, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False  # it is the keeper, stopping them
        return True


def _offer_client_programs() -> None:
    """Put psql, pg_dump and pgbench on the path of `dbshell` and others where the machine has none."""
    if shutil.which("psql") is None:
        from .postgres_server import find_binaries  # brings psycopg2: only for commands that use servers

        os.environ["PATH"] += os.pathsep + str(find_binaries())


def _sweep_abandoned() -> None:
    """Remove throwaway places whose keeper was killed before it could."""
    for root in var_directory().glob("throwaway-*"):
        place = Place(root.name, root.parent, throwaway=True)
        if not place.is_locked("use") and not place.is_locked("keeper"):
            place.remove()


@contextmanager
def _or_exit(context: AbstractContextManager[object]) -> Iterator[object]:
    """A sentence instead of a traceback when the servers cannot run."""
    try:
        with context as entered:
            yield entered
    except ServersUnavailable as error:
        sys.exit(str(error))
