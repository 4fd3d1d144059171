"""Small rules for child processes: none outlives its parent, none is restarted in a hot loop."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

BACKOFF_SECONDS = (1, 2, 4, 8, 16, 30)
HEALTHY_SECONDS = 60.0


def ends_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `number` when the thread that started it ends.

    It covers even a parent killed by SIGKILL. Outside Linux it does nothing.
    """

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)

    return ask_kernel


def stop(process: subprocess.Popen[bytes], number: int, seconds: float) -> None:
    """Send `number`, wait up to `seconds`, then kill. Returns when the process is gone."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ending(code: int) -> str:
    """How a process ended, in words: `signal SIGKILL` or `code 1`."""
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"code {code}"


class Backoff:
    """How long to wait before the next start: 1, 2, 4 … 30 s, from 1 s again after a healthy minute."""

    def __init__(self) -> None:
        self._failures = 0

    def next_wait(self, lived: float) -> int:
        """Seconds to wait after a process ended that had run for `lived` seconds."""
        if lived >= HEALTHY_SECONDS:
            self._failures = 0
        wait = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)]
        self._failures += 1
        return wait
