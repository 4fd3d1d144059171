"""Celery's edge to the services."""

from celery import shared_task

from .services.territory_effect import plans_take_effect


@shared_task(name="grid.take_territory_plans", ignore_result=True)
def take_territory_plans() -> None:
    """Bring into force what is due."""
    plans_take_effect()
