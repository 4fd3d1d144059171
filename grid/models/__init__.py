"""Tables of the ground."""

from .account import User
from .organisation import Organisation
from .people import Person, Posting
from .territory import Grid
from .token import MachineToken

__all__ = ["Grid", "MachineToken", "Organisation", "Person", "Posting", "User"]
