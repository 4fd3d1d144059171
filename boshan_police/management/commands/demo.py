"""`manage.py demo`: the whole portal on this machine, for a newcomer, with one command."""

import fcntl
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from boshan_police import embedded
from boshan_police.demo_world.accounts import DemoLogin, issue_demo_tokens
from boshan_police.demo_world.gateway import gateway_enter
from boshan_police.deploy import SOCKET_OPTIONS
from boshan_police.embedded.place import ROOT, var_directory
from boshan_police.embedded.processes import Backoff
from boshan_police.embedded.supervisor import Supervisor
from boshan_police.embedded.web_address import WebAddress, answers, choose_address, free_port

_PATIENCE_SECONDS = 30


class Command(BaseCommand):
    help = "Runs the portal with a demo district: database, web, worker, timers. Ctrl-C ends all of it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="forget the state of earlier runs first")
        parser.add_argument("--port", type=int, default=8000, help="default 8000; a taken one: the next free")
        parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine only")
        parser.add_argument("--no-seed", action="store_true", help="do not put the demo district in")
        parser.add_argument("--quiet-night", action="store_true", help="no simulated traffic")

    def handle(self, *args: object, **options: Any) -> None:
        # Until the processes run, an end is an exception, so that every block above it is left in order.
        signal.signal(signal.SIGTERM, _raise_exit)
        self._started = time.monotonic()
        self._var = var_directory()
        self._var.mkdir(parents=True, exist_ok=True)
        self._card = self._var / "demo.json"
        with (self._var / "demo.lock").open("wb") as lock:
            self._refuse_a_second(lock)
            self._card.unlink(missing_ok=True)
            if options["fresh"]:
                self._forget()
            try:
                with embedded.servers() as servers:
                    self._fill(seed=not options["no_seed"])
                    self._run(servers, options)
            except embedded.ServersUnavailable as error:
                raise CommandError(str(error)) from error
            finally:
                self._card.unlink(missing_ok=True)
        self.stdout.write("Stopped. The state stays for the next start.")

    def _refuse_a_second(self, lock: IO[bytes]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                where = f"runs already: {json.loads(self._card.read_text())['url']}"
            except (OSError, ValueError):
                where = "is already starting"
            raise CommandError(f"A demo of this folder {where}") from None

    def _forget(self) -> None:
        kinds = embedded.ours()
        if "postgres" not in kinds:
            raise CommandError(
                "--fresh empties the private database only, and DATABASE_URL names another one."
            )
        place = embedded.standing_place(kinds)
        if place.is_locked("use") or place.is_locked("keeper"):
            raise CommandError("Another command of this folder uses the database. End it, then use --fresh.")
        place.remove()

    def _fill(self, *, seed: bool) -> None:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # stays empty here; its absence is warned of
        self._step("Servers")
        call_command("migrate", verbosity=0, interactive=False)
        self._step("Database tables")
        if seed:
            call_command("seed", verbosity=0)  # its own words would stand here a second time
            self._step("Demo district")
        connections.close_all()

    def _step(self, what: str) -> None:
        self.stdout.write(f"{what} ready ({time.monotonic() - self._started:.1f} s).")
        self.stdout.flush()

    def _run(self, servers: embedded.Servers | None, options: dict[str, Any]) -> None:
        address = choose_address(options["host"], options["port"], self.stdout.write)
        processes = _processes(address, simulate=not options["quiet_night"])
        environment = _environment(address)
        if not options["no_seed"]:
            port = free_port()
            environment |= gateway_enter(port)
            connections.close_all()
            processes["sms"] = [sys.executable, "-m", "boshan_police.demo_world.gateway", str(port)]
        supervisor = Supervisor()
        for name, command in processes.items():
            supervisor.add_process(name, command, env=environment, cwd=ROOT)
        if servers:
            supervisor.each_tick(_ServersWatch(servers, supervisor))
        supervisor.each_tick(_Welcome(address, supervisor, self._card, self._started))
        supervisor.loop()


def _processes(address: WebAddress, *, simulate: bool) -> dict[str, list[str]]:
    """The demo's processes by name."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app=boshan_police"]
    processes = {
        "web": [
            *(sys.executable, "-m", "uvicorn", "boshan_police.asgi:application"),
            *("--host", address.host, "--port", str(address.port), *SOCKET_OPTIONS),
            *("--log-level", "warning", "--timeout-graceful-shutdown", "3"),
        ],
        "worker": [
            *(*celery, "worker", "--concurrency=2", "--loglevel=WARNING"),
            *("--without-gossip", "--without-mingle"),
        ],
        "courier": [
            *(*celery, "worker", "--queues=delivery", "--hostname=courier@%h", "--pool=solo"),
            *("--loglevel=WARNING", "--without-gossip", "--without-mingle"),
        ],
        "beat": [*celery, "beat", "--pidfile=", "--loglevel=WARNING"],
    }
    if simulate:
        processes["traffic"] = [sys.executable, "manage.py", "simulate", "--rate", "quiet"]
    return processes


def _environment(address: WebAddress) -> dict[str, str]:
    """Of the children: they use the servers that `demo` holds, and print line by line."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "boshan_police.settings",
        "SITE_URL": address.url,
        "BOSHAN_NO_BOOTSTRAP": "1",
        "PYTHONUNBUFFERED": "1",
        # Celery warns of root with a page of text; whoever starts the demo as root meant it.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def _raise_exit(number: int, frame: object) -> None:
    sys.exit(128 + number)


class _ServersWatch:
    """Each second: is there a keeper, and what did it say."""

    def __init__(self, servers: embedded.Servers, supervisor: Supervisor) -> None:
        self._servers = servers
        self._supervisor = supervisor
        self._log = servers.place.log("keeper").open()
        self._log.seek(0, os.SEEK_END)
        self._backoff = Backoff()
        self._next_look = 0.0
        self._since = time.monotonic()

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + 1
        for line in self._log:
            self._supervisor.say(line.rstrip())
        if self._servers.are_kept():
            return
        self._next_look = now + self._backoff.next_wait(now - self._since)
        self._supervisor.say("the database and Redis have lost their keeper; starting them again")
        try:
            self._servers.ensure()
            self._since = time.monotonic()
        except embedded.ServersUnavailable as error:
            self._supervisor.say(f"that failed: {error}")


class _Welcome:
    """Once the portal answers: the file for scripts, then the address and accounts for people."""

    def __init__(self, address: WebAddress, supervisor: Supervisor, card: Path, started: float) -> None:
        self._address = address
        self._supervisor = supervisor
        self._card = card
        self._started = started
        self._patience = time.monotonic() + _PATIENCE_SECONDS
        self._next_try = 0.0
        self._done = False

    def __call__(self) -> None:
        now = time.monotonic()
        if self._done or now < self._next_try:
            return
        self._next_try = now + 0.3
        if answers(self._address.url + "health/"):
            self._done = True
            try:
                accounts = issue_demo_tokens()
            except KeyError:  # started with --no-seed, and nobody was seeded before
                accounts = []
            connections.close_all()
            self._write_card(accounts)
            self._greet(accounts)
        elif now > self._patience:
            self._patience = now + _PATIENCE_SECONDS
            self._supervisor.say(f"{self._address.url}health/ does not answer yet; still trying")

    def _write_card(self, accounts: list[DemoLogin]) -> None:
        card = {"url": self._address.url, "ws": self._address.board_socket, "accounts": accounts}
        half = self._card.with_suffix(".half")
        half.unlink(missing_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(card, file, ensure_ascii=False, indent=1)
        half.replace(self._card)

    def _greet(self, accounts: list[DemoLogin]) -> None:
        rows = [(a["role"].replace("_", " "), a["username"], a["password"]) for a in accounts]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
        lines = ["", f"The portal is ready after {time.monotonic() - self._started:.1f} s:", ""]
        lines.append(f"  {self._address.url}")
        if rows:
            lines += ["", *(f"  {r.ljust(widths[0])}  {u.ljust(widths[1])}  {p}" for r, u, p in rows)]
        lines += ["", "Ctrl-C stops it.", ""]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
