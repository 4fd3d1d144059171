"""Tables of the ground."""

from .account import User
from .duty import Duty
from .organisation import Organisation
from .people import Person, Posting
from .territory import Grid
from .token import MachineToken

__all__ = ["Duty", "Grid", "MachineToken", "Organisation", "Person", "Posting", "User"]
