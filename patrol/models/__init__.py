"""Tables of the forces."""

from .unit import Unit

__all__ = ["Unit"]
