"""What lower floors tell this one."""

from typing import Any

from django.dispatch import receiver

from dispatch import live
from patrol.live import unit_changes, unit_moves


@receiver(unit_changes)
def publish_units(*, units: list[int], **_: Any) -> None:
    """Units moved or changed below: their rows, with the incidents they are on, go to the boards."""
    live.units_changed(units)


@receiver(unit_moves)
def publish_moves(*, units: list[int], **_: Any) -> None:
    """Units have new positions and nothing else: their rows go to the boards once a second."""
    live.units_moved(units)
