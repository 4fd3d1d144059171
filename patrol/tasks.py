"""Celery's edge to the services."""

from celery import shared_task

from .services.partition import position_days_keep


@shared_task(name="patrol.keep_position_days", ignore_result=True)
def keep_position_days() -> None:
    """Make the days ahead of the history of positions, drop those past their time."""
    position_days_keep()
