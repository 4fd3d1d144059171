"""Celery's edge to the services."""

import contextlib
import time
from typing import Any

from celery import shared_task
from celery.signals import before_task_publish
from django.db import Error

from .models import Sweep
from .services.delivery import deliveries_send
from .services.pulse import part_mark
from .services.timer import timers_sweep

SWEEP_SECONDS = 1.5
"""Each sweep lasts this long and beat asks for one each half second (settings), so that several overlap: where one is killed the others go on without a gap."""


BEAT_MARK_SECONDS = 1.0
_beat_marked = float("-inf")


@before_task_publish.connect(sender="dispatch.sweep_timers")  # type: ignore[untyped-decorator] # celery has no types
def mark_beat(**_: Any) -> None:
    """Nobody but beat asks for sweeps: about to ask, it shows that it lives, whatever becomes of broker and worker."""
    global _beat_marked
    if time.monotonic() - _beat_marked >= BEAT_MARK_SECONDS:
        _beat_marked = time.monotonic()
        with contextlib.suppress(Error):  # the next one will be marked
            part_mark(Sweep.BEAT)


@shared_task(name="dispatch.sweep_timers", ignore_result=True)  # type: ignore[untyped-decorator] # celery has no types
def sweep_timers() -> None:
    """Fire what is due and what comes due while this sweep lasts."""
    timers_sweep(seconds=SWEEP_SECONDS)


@shared_task(name="dispatch.send_deliveries", ignore_result=True)  # type: ignore[untyped-decorator] # celery has no types
def send_deliveries() -> None:
    """Send what waits for the couriers."""
    deliveries_send()
