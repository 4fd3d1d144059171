"""Tables of the forces."""

from .device import Device, UnknownDevice
from .state import UnitState
from .track import TrackPoint
from .unit import CAPABILITIES, Unit, capability_label

__all__ = ["CAPABILITIES", "Device", "TrackPoint", "Unit", "UnitState", "UnknownDevice", "capability_label"]
