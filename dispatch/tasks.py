"""Celery's edge to the services."""

from celery import shared_task

from .services.timer import timers_sweep

SWEEP_SECONDS = 1.0
"""Beat wakes a sweep this often; each one covers the time until the next."""


@shared_task(name="dispatch.sweep_timers", ignore_result=True)
def sweep_timers() -> None:
    """Fire what is due and what comes due within this second."""
    timers_sweep(seconds=SWEEP_SECONDS)
