"""Tables of the ground."""

from .account import User
from .contact import Contact, Gateway
from .duty import Duty
from .organisation import Organisation
from .people import Person, Posting
from .preference import Preference
from .territory import Grid
from .token import MachineToken

__all__ = [
    "Contact",
    "Duty",
    "Gateway",
    "Grid",
    "MachineToken",
    "Organisation",
    "Person",
    "Posting",
    "Preference",
    "User",
]
