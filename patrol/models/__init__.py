"""Tables of the forces."""

from .unit import CAPABILITIES, Unit, capability_label

__all__ = ["CAPABILITIES", "Unit", "capability_label"]
