"""Celery's edge to the services."""

from celery import shared_task

from .services.delivery import deliveries_send
from .services.timer import timers_sweep

SWEEP_SECONDS = 1.5
"""Each sweep lasts this long and beat asks for one each half second (settings), so that several overlap: where one is killed the others go on without a gap."""


@shared_task(name="dispatch.sweep_timers", ignore_result=True)
def sweep_timers() -> None:
    """Fire what is due and what comes due while this sweep lasts."""
    timers_sweep(seconds=SWEEP_SECONDS)


@shared_task(name="dispatch.send_deliveries", ignore_result=True)
def send_deliveries() -> None:
    """Send what waits for the couriers."""
    deliveries_send()
