"""The account PostgreSQL runs as when the portal is started by root, which PostgreSQL refuses to be."""

import functools
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ServersUnavailable

# Accounts that Linux systems have; none is made. The database's own first, if there is one.
_CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """An account of this machine that may be lent to PostgreSQL."""

    name: str
    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Whether this account may pass through every folder down to `path`, or to what exists of it."""
        while not path.exists():
            path = path.parent
        return self._succeeds("/bin/sh", "-c", 'test -x "$0"', str(path if path.is_dir() else path.parent))

    def can_run(self, program: Path) -> bool:
        """Whether this account may start `program` where it lies."""
        try:
            return self._succeeds(str(program), "--version")
        except OSError:
            return False

    def _succeeds(self, *command: str) -> bool:
        done = subprocess.run(command, cwd="/", capture_output=True, **self.as_popen())
        return done.returncode == 0

    def as_popen(self) -> dict[str, Any]:
        """Arguments that make `subprocess` start a child as this account, with none of root's groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_of(uid: int) -> Account:
    entry = pwd.getpwuid(uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@functools.cache
def borrowed_account() -> Account | None:
    """The account lent to PostgreSQL, or None when the portal is not started by root."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            return account_of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise ServersUnavailable(
        f"PostgreSQL does not run as root, and none of the accounts {', '.join(_CANDIDATES)} exists. "
        "Start as another account, or set DATABASE_URL."
    )
