"""`manage.py demo` as a newcomer and as a script meet it: one run of the real thing, in a state folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psutil
import pytest

from boshan_police.embedded.place import Place
from tests.boshan_police.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
ROLES = {
    "dispatcher",
    "watch_commander",
    "station_commander",
    "station_officer",
    "guard_leader",
    "grid_officer",
    "administrator",
}


class Demo:
    """A running demo, started with its default port taken."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.card = var / "demo.json"
        self.output = var / "output.txt"
        self.process = start(var, "--port", str(port), output=self.output.open("w"))

    def read_card(self) -> dict:
        return json.loads(self.card.read_text())

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words: str) -> psutil.Process:
        """The oldest child whose command line holds these words: a worker's own children look like it."""
        found = [p for p in self.children() if set(words) <= set(p.cmdline())]
        return min(found, key=lambda process: process.create_time())


def start(var: Path, *options: str, output=subprocess.PIPE) -> subprocess.Popen:
    environment = {**os.environ, "BOSHAN_VAR": str(var), "BOSHAN_NO_BOOTSTRAP": "1", "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    command = [sys.executable, "manage.py", "demo", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(scope="module")
def demo():
    var = Path(tempfile.mkdtemp(prefix="boshan-demo-"))
    var.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        demo = Demo(var, taken.getsockname()[1])
        ready = wait_until(lambda: demo.card.exists() or demo.process.poll() is not None, seconds=90)
    try:
        assert ready, demo.output.read_text()
        assert demo.process.poll() is None, demo.output.read_text()
        yield demo
    finally:
        demo.process.terminate()
        demo.process.wait(30)
        Place("servers", var).remove()
        shutil.rmtree(var)


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - our own address
        return response.status, response.read()


def is_healthy(demo: Demo) -> bool:
    """Database, Redis and a worker that sweeps."""
    try:
        return json.loads(get(demo.read_card()["url"] + "health/")[1])["status"] == "ok"
    except OSError:
        return False


def test_the_card_for_scripts_is_complete_and_private(demo):
    card = demo.read_card()
    assert demo.card.stat().st_mode & 0o777 == 0o600
    assert card["ws"] == card["url"].replace("http://", "ws://") + "ws/board/"
    assert {account["role"] for account in card["accounts"]} == ROLES
    for account in card["accounts"]:
        assert set(account) == {"role", "username", "password", "token"}
        assert all(account.values())


def test_it_answers_on_the_next_free_port_and_says_so(demo):
    said = demo.output.read_text()
    assert "is taken by " in said
    assert demo.read_card()["url"] in said
    assert get(demo.read_card()["url"] + "health/")[0] == 200
    for account in demo.read_card()["accounts"]:
        assert account["password"] in said
        assert account["token"] not in said


def test_a_second_start_says_so_and_harms_nothing(demo):
    second = start(demo.var, "--fresh")
    said, _ = second.communicate(timeout=30)
    assert second.returncode != 0
    assert f"runs already: {demo.read_card()['url']}" in said
    assert get(demo.read_card()["url"] + "health/")[0] == 200


def test_the_worker_and_the_timers_come_to_life(demo):
    assert wait_until(lambda: is_healthy(demo), seconds=30)


def test_a_killed_web_server_comes_back_at_the_same_address(demo):
    demo.child("uvicorn").kill()
    assert wait_until(lambda: "starting web again" in demo.output.read_text())
    assert "web ended (signal SIGKILL); starting it again in 1 s" in demo.output.read_text()
    assert wait_until(lambda: is_healthy(demo), seconds=30)


def test_killed_servers_come_back_under_the_running_portal(demo):
    (keeper,) = (
        process
        for process in psutil.process_iter(["cmdline"])
        if {"boshan_police.embedded.keeper", str(demo.var / "servers")} <= set(process.info["cmdline"] or [])
    )
    keeper.kill()
    assert wait_until(lambda: "lost their keeper" in demo.output.read_text())
    assert wait_until(lambda: is_healthy(demo), seconds=30)


def test_ctrl_c_stops_all_and_leaves_nothing(demo):
    """The last test here: it ends the demo."""
    family = demo.children()
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert demo.output.read_text().endswith("Stopped. The state stays for the next start.\n")
    assert not [process for process in family if process.is_running()]
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(demo.var) in word for word in process.info["cmdline"] or [])
    ]
    assert not demo.card.exists()
    assert (demo.var / "secret_key").stat().st_mode & 0o777 == 0o600
