"""What lower floors tell this one."""

from typing import Any

from django.dispatch import receiver

from dispatch import live
from patrol.live import unit_changes


@receiver(unit_changes)
def publish_units(*, units: list[int], **_: Any) -> None:
    """Units moved or changed below: their rows, with the incidents they are on, go to the boards."""
    live.units_changed(units)
