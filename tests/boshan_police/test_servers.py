"""The private PostgreSQL and Redis: real ones, each test in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from boshan_police import embedded
from boshan_police.embedded import postgres_server
from boshan_police.embedded.account import borrowed_account
from boshan_police.embedded.place import Place
from boshan_police.embedded.postgres_server import PostgresServer
from tests.boshan_police.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
USE = """
import os, sys
from boshan_police import embedded
with embedded.servers():
    print("up", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def var(monkeypatch):
    """A state folder that every account may pass through, with a short plain path."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="boshan-test-"))
    folder.chmod(0o755)
    yield from use_folder(folder, monkeypatch)


def use_folder(folder: Path, monkeypatch):
    monkeypatch.setenv("BOSHAN_VAR", str(folder))
    yield folder
    Place("servers", folder).remove()
    shutil.rmtree(folder)
    assert wait_until(lambda: not processes_of(folder)), "servers outlived their test"


def processes_of(folder: Path) -> list[psutil.Process]:
    """Servers and keepers whose command line names the folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in process.info["cmdline"] or []) and process.pid != os.getpid()
    ]


def keeper_of(folder: Path) -> psutil.Process:
    (keeper,) = (p for p in processes_of(folder) if "boshan_police.embedded.keeper" in p.cmdline())
    return keeper


def query(statement: str):
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def start_user() -> subprocess.Popen:
    """Another process that uses the servers until its input ends."""
    user = subprocess.Popen(
        [sys.executable, "-c", USE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout.readline() == "up\n"
    return user


def leave(user: subprocess.Popen) -> None:
    user.communicate("\n", timeout=30)
    assert user.returncode == 0


def test_they_answer_keep_their_data_and_leave_nothing_running(var):
    with embedded.servers():
        query("CREATE EXTENSION cube; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        (version,) = query("SHOW server_version_num")[0]
        assert int(version) >= 150000
        assert query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert query("SHOW fsync") == [("on",)]
        store = redis.Redis.from_url(os.environ["REDIS_URL"])
        store.set("kept", "7")
        assert store.config_get("save")["save"] == "60 1000"
        for address in (Place("servers", var).postgres_socket_directory, var / "servers" / "redis"):
            assert address.stat().st_mode & 0o777 == 0o700
    assert "DATABASE_URL" not in os.environ
    assert processes_of(var) == []
    with embedded.servers():
        assert query("SELECT n FROM kept") == [(7,)]
        assert redis.Redis.from_url(os.environ["REDIS_URL"]).get("kept") == b"7"


def test_users_share_one_set_and_the_last_to_leave_stops_it(var):
    first = start_user()
    keeper = keeper_of(var)
    second = start_user()
    assert keeper_of(var) == keeper
    leave(first)
    assert keeper.is_running()
    leave(second)
    assert wait_until(lambda: not processes_of(var), seconds=5)


def test_a_killed_user_leaves_nothing_behind(var):
    user = start_user()
    user.kill()
    user.communicate()
    assert wait_until(lambda: not processes_of(var))


def test_a_killed_keeper_takes_its_servers_along_and_is_replaced(var):
    with embedded.servers() as servers:
        query("CREATE TABLE kept (n int)")
        keeper_of(var).kill()
        assert wait_until(lambda: not servers.are_kept())
        servers.ensure()
        assert query("SELECT count(*) FROM kept") == [(0,)]


def test_a_killed_server_is_started_again_and_that_is_said(var):
    with embedded.servers():
        (postmaster,) = (p for p in keeper_of(var).children() if "postgres" in p.name())
        postmaster.kill()
        log = var / "log" / "keeper.log"
        assert wait_until(lambda: "PostgreSQL runs again." in log.read_text())
        assert "PostgreSQL ended (signal SIGKILL); starting it again in 1 s." in log.read_text()
        assert query("SELECT 1") == [(1,)]


def test_a_pid_file_of_somebody_else_harms_nobody(var):
    with embedded.servers():
        pass
    stale = Place("servers", var).postgres_home / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n0\n5432\n\n\n0 0\n")
    with embedded.servers():
        assert query("SELECT 1") == [(1,)]


def test_a_throwaway_set_is_apart_and_leaves_no_file(var):
    with embedded.servers():
        standing = os.environ["DATABASE_URL"]
        os.environ.pop("DATABASE_URL")
        os.environ.pop("REDIS_URL")
        with embedded.servers(throwaway=True):
            assert os.environ["DATABASE_URL"] != standing
            assert query("SHOW fsync") == [("off",)]
        os.environ["DATABASE_URL"] = standing
        assert query("SELECT 1") == [(1,)]
    assert list(var.glob("throwaway-*")) == []


def test_only_what_is_not_named_is_provided(var, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    with embedded.servers():
        assert os.environ["DATABASE_URL"] == "postgres://somewhere/else"
        assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
        assert not [process for process in processes_of(var) if "postgres" in process.name()]


def test_a_long_folder_with_spaces_that_nobody_else_may_enter(monkeypatch, tmp_path):
    """Sockets move to a short folder, and, for root, PostgreSQL's data to where its account can reach it."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / ("a long name " * 10)
    folder.mkdir()
    for _ in use_folder(folder, monkeypatch):
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.delenv("REDIS_URL", raising=False)
        place = Place("servers", folder)
        with embedded.servers():
            assert query("SELECT 1") == [(1,)]
            assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
            assert len(str(place.redis_socket)) < 100
            assert place.redis_socket.parent.stat().st_mode & 0o777 == 0o700
        assert not place.redis_socket.parent.parent.exists()
        assert closed.stat().st_mode & 0o777 == 0o700
        if os.geteuid() == 0:
            assert not place.postgres_home.is_relative_to(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL an account")
def test_root_lends_postgresql_an_account(var):
    with embedded.servers():
        (postmaster,) = (p for p in keeper_of(var).children() if "postgres" in p.name())
        assert postmaster.uids().real == borrowed_account().uid != 0


def test_the_machines_own_postgresql_serves_too(var, monkeypatch):
    try:
        programs = postgres_server.find_machine_binaries()
    except embedded.ServersUnavailable as reason:
        pytest.skip(str(reason).splitlines()[0])
    monkeypatch.setattr(postgres_server, "find_binaries", lambda: programs)
    place = Place("servers", var)
    with place.lock("postgres") as lock:
        server = PostgresServer(place, lock)
        server.start()
        try:
            monkeypatch.setenv("DATABASE_URL", place.addresses()["DATABASE_URL"])
            assert query("CREATE EXTENSION cube; SELECT current_user::text") == [("boshan",)]
        finally:
            server.stop()


@pytest.mark.parametrize("command", ["check", "makemigrations", "help", "--version", "collectstatic", "demo"])
def test_commands_that_ask_no_database_start_none(var, monkeypatch, command):
    monkeypatch.setattr(embedded, "_pointed", set())
    with embedded.servers_for(["manage.py", command]):
        assert str(var / "servers") in os.environ["REDIS_URL"]
    assert processes_of(var) == []
    assert not (var / "servers").exists()
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


def test_production_brings_its_own(var, monkeypatch):
    monkeypatch.setenv("BOSHAN_ENV", "production")
    with embedded.servers_for(["manage.py", "migrate"]):
        assert "DATABASE_URL" not in os.environ


def test_a_folder_that_cannot_be_written_is_a_sentence(var, monkeypatch):
    monkeypatch.setenv("BOSHAN_VAR", "/proc/nowhere")
    with (
        pytest.raises(embedded.ServersUnavailable, match="Cannot write to /proc/nowhere"),
        embedded.servers(),
    ):
        pass


def test_interrupting_a_command_that_waits_for_its_servers_stops_them(var):
    user = start_user()
    user.send_signal(signal.SIGINT)
    user.communicate(timeout=30)
    assert processes_of(var) == []
