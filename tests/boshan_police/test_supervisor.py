import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from boshan_police.embedded.processes import Backoff, ending
from tests.boshan_police.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
SUPERVISE = """
import sys
from boshan_police.embedded.supervisor import Supervisor
family = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('hello', flush=True); time.sleep(600)"
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
supervisor = Supervisor()
supervisor.add_process("family", [sys.executable, "-c", family])
supervisor.add_process("missing", ["/no/such/program"])
if "stubborn" in sys.argv:
    supervisor.add_process("stubborn", [sys.executable, "-c", stubborn])
supervisor.loop()
print("left", flush=True)
"""


@pytest.fixture
def supervise():
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-c", SUPERVISE, *arguments]
        supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(supervisor)
        assert read_until(supervisor, "family").endswith("hello\n")
        return supervisor

    yield start
    for supervisor in started:
        supervisor.kill()
        supervisor.communicate()


def read_until(supervisor: subprocess.Popen, text: str) -> str:
    for line in supervisor.stdout:
        if text in line:
            return line
    raise AssertionError(f"it ended without saying {text!r}")


def descendants(supervisor: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(supervisor.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    return wait_until(
        lambda: not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    )


def test_a_killed_child_is_started_again_without_its_leftovers(supervise):
    supervisor = supervise()
    parent, child = sorted(descendants(supervisor), key=lambda p: p.create_time())
    parent.kill()
    assert "ended (signal SIGKILL); starting it again in 1 s" in read_until(supervisor, "family ended")
    assert gone([parent, child])
    assert read_until(supervisor, "starting family again")
    assert read_until(supervisor, "hello")


def test_what_cannot_start_is_tried_again_later_and_later(supervise):
    supervisor = supervise()
    assert "ended (code 127); starting it again in 2 s" in read_until(supervisor, "in 2 s")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_them(supervise, number):
    supervisor = supervise()
    children = descendants(supervisor)
    assert len(children) == 2
    supervisor.send_signal(number)
    assert read_until(supervisor, "left")
    assert supervisor.wait(10) == 0
    assert gone(children)


def test_a_second_signal_kills_what_will_not_end(supervise):
    supervisor = supervise("stubborn")
    children = descendants(supervisor)
    supervisor.send_signal(signal.SIGINT)
    assert read_until(supervisor, "stopping")
    supervisor.send_signal(signal.SIGINT)
    assert read_until(supervisor, "left")
    assert gone(children)


def test_children_do_not_outlive_a_killed_supervisor(supervise):
    supervisor = supervise()
    first = min(descendants(supervisor), key=lambda p: p.create_time())
    os.kill(supervisor.pid, signal.SIGKILL)
    assert gone([first])


def test_the_wait_grows_to_half_a_minute_and_starts_anew_after_a_healthy_one():
    backoff = Backoff()
    assert [backoff.next_wait(lived=5) for _ in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert [backoff.next_wait(lived=60), backoff.next_wait(lived=5)] == [1, 2]


def test_an_end_is_told_in_words():
    assert (ending(-9), ending(3)) == ("signal SIGKILL", "code 3")
