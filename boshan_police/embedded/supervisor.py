"""Runs the demo's processes: honcho's output and bookkeeping, plus what honcho does not do.

honcho stops everything when one process ends. Here a process that ends is started again after 1, 2, 4 … 30
seconds, and the output says so. Each is watched by a thread instead of a process of its own, so the kernel's
parent-death signal reaches the process itself, and an end is noticed even while grandchildren keep the
output open.
"""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from honcho.manager import Manager
from honcho.printer import Message
from honcho.process import Process

from .processes import Backoff, ending, ends_with_parent

_TICK_SECONDS = 0.1
_END_SECONDS = 10.0


class _WatchedProcess(Process):  # type: ignore[misc] # honcho has no types
    """One child, run and read by the thread that calls `run`."""

    def run(self, events: "queue.Queue[Message]", ignore_signals: bool = False) -> None:
        self._events = events
        try:
            child = subprocess.Popen(
                self.cmd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,  # Ctrl-C is for the supervisor, which ends them in order
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        except OSError as error:
            self._send_message(f"{error}\n")
            self._send_message({"returncode": 127}, type="stop")
            return
        self._send_message({"pid": child.pid}, type="start")
        reader = threading.Thread(target=self._relay, args=(child.stdout,), daemon=True)
        reader.start()
        code = child.wait()
        _Signals().kill(child.pid)  # what it left of its own children
        reader.join(1)
        self._send_message({"returncode": code}, type="stop")

    def _relay(self, output: IO[bytes]) -> None:
        for line in output:
            self._send_message(line)


class _Signals:
    """SIGTERM to the child alone, which ends its own children in its own way; SIGKILL to all of them."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


class Supervisor(Manager):  # type: ignore[misc] # honcho has no types
    """`add_process(name, command)`, then `loop()` until SIGINT, SIGTERM or SIGHUP."""

    def __init__(self) -> None:
        super().__init__()
        self.events: queue.Queue[Message] = queue.Queue()
        self._process_ctor = _WatchedProcess
        self._procmgr = _Signals()
        self._ticks: list[Callable[[], None]] = []
        self._signals = 0
        self._kill_at = float("inf")

    def each_tick(self, call: Callable[[], None]) -> None:
        """Call it ten times a second while the processes run. It must not block for long."""
        self._ticks.append(call)

    def say(self, line: str) -> None:
        self._system_print(f"{line}\n")

    def loop(self) -> None:
        """Start all, relay their output, start again what ends. Returns when all have ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for name in self._processes:
                self._launch(name)
            while not (self._terminating and self._all_stopped()):
                self._take()
                self._end_when_asked()
                if not self._terminating:
                    self._start_what_is_due()
                    for call in self._ticks:
                        call()
        finally:
            self._leave_nothing()

    def _on_signal(self, number: int, frame: object) -> None:
        self._signals += 1

    def _launch(self, name: str) -> None:
        entry = self._processes[name]
        for key in ("pid", "returncode", "start_at"):
            entry.pop(key, None)
        entry.setdefault("backoff", Backoff())
        entry["started"] = time.monotonic()
        entry["thread"] = threading.Thread(target=entry["obj"].run, args=(self.events,), daemon=True)
        entry["thread"].start()

    def _take(self) -> None:
        """Handle what the children said until now."""
        wait = _TICK_SECONDS
        while True:
            try:
                message = self.events.get(timeout=wait)
            except queue.Empty:
                return
            wait = 0.0
            if message.type == "line":
                self._printer.write(message)
            elif message.type == "start":
                self._processes[message.name]["pid"] = message.data["pid"]
            else:
                self._note_end(message.name, message.data["returncode"])

    def _note_end(self, name: str, code: int) -> None:
        entry = self._processes[name]
        entry["returncode"] = code
        if not self._terminating:
            wait = entry["backoff"].next_wait(time.monotonic() - entry["started"])
            entry["start_at"] = time.monotonic() + wait
            self.say(f"{name} ended ({ending(code)}); starting it again in {wait} s")

    def _start_what_is_due(self) -> None:
        for name, entry in self._processes.items():
            if time.monotonic() >= entry.get("start_at", float("inf")):
                self.say(f"starting {name} again")
                self._launch(name)

    def _end_when_asked(self) -> None:
        """First signal: ask them to end. Second, or too long a wait: kill."""
        if self._signals and not self._terminating and self._all_started():
            self.say("stopping")
            self._kill_at = time.monotonic() + _END_SECONDS
            self.terminate()
        elif self._terminating and (self._signals > 1 or time.monotonic() > self._kill_at):
            self.kill()

    def _all_started(self) -> bool:
        return all("pid" in entry or "returncode" in entry for entry in self._processes.values())

    def _killall(self, force: bool = False) -> None:
        send = self._procmgr.kill if force else self._procmgr.terminate
        for entry in self._processes.values():
            if "pid" in entry and "returncode" not in entry:
                send(entry["pid"])

    def _leave_nothing(self) -> None:
        """The way out after an error of our own, such as output that nobody reads any more."""
        self.terminate()
        deadline = time.monotonic() + _END_SECONDS
        for entry in self._processes.values():
            if thread := entry.get("thread"):
                thread.join(max(0.0, deadline - time.monotonic()))
        self.kill()
