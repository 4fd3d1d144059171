"""Tables of the forces."""

from .device import Device, UnknownDevice
from .track import TrackPoint
from .unit import CAPABILITIES, Unit, capability_label

__all__ = ["CAPABILITIES", "Device", "TrackPoint", "Unit", "UnknownDevice", "capability_label"]
