"""Celery's edge to the services."""

from celery import shared_task

from .services.partition import position_days_keep
from .services.unit_state import unit_states_drop


@shared_task(name="patrol.keep_position_days", ignore_result=True)
def keep_position_days() -> None:
    """Make the days ahead of the history of positions, drop those past their time, and the states of units with them."""
    position_days_keep()
    unit_states_drop()
