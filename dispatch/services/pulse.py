"""Marks that the parts of the machinery leave behind, read by `selectors.health`."""

import atexit
import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import Error, connection

from boshan_police.kernel import clock
from dispatch.models import Sweep

logger = logging.getLogger(__name__)
WEB_MARK_SECONDS = 5.0
FORGOTTEN_AFTER = timedelta(minutes=5)
"""A web process that ends takes its mark with it; that of one that was killed is kept this long, to be seen."""


def part_mark(name: str) -> None:
    """Say that part `name` is at work now. One statement."""
    row = Sweep(name=name, at=clock.now())
    Sweep.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=["at"])


def web_mark(name: str) -> None:
    """The same for a web process; forgets those silent for long. Two statements."""
    part_mark(name)
    Sweep.objects.filter(name__startswith=Sweep.WEB, at__lt=clock.now() - FORGOTTEN_AFTER).delete()


def web_name() -> str:
    """What this process is called among the web processes."""
    return f"{Sweep.WEB}{socket.gethostname()[:40]}:{os.getpid()}"


def web_pulse_start() -> None:
    """Mark this web process every five seconds from a thread of its own; its connection lasts as long as the mark takes."""
    name, over = web_name(), threading.Event()

    def keep() -> None:
        while not over.is_set():
            _quietly(web_mark, name)
            over.wait(WEB_MARK_SECONDS)

    def end() -> None:
        over.set()
        _quietly(web_forget, name)

    threading.Thread(target=keep, name="pulse", daemon=True).start()
    atexit.register(end)


def web_forget(name: str) -> None:
    """A web process ends in order. One statement."""
    Sweep.objects.filter(name=name).delete()


def _quietly(write: Callable[[str], None], name: str) -> None:
    try:
        write(name)
    except Error:  # the database is away: `/health/` says that louder
        logger.debug("no mark of %s", name)
    finally:
        connection.close()
