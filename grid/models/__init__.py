"""Tables of the ground."""

from .account import User
from .contact import Contact, Gateway
from .duty import Duty
from .organisation import Organisation
from .people import Person, Posting
from .territory import Grid
from .territory_plan import FormerGrid, PlannedGrid, TerritoryPlan
from .token import MachineToken

__all__ = [
    "Contact",
    "Duty",
    "FormerGrid",
    "Gateway",
    "Grid",
    "MachineToken",
    "Organisation",
    "Person",
    "PlannedGrid",
    "Posting",
    "TerritoryPlan",
    "User",
]
