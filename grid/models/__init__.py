"""Tables of the ground."""

from .account import User
from .contact import Contact, Gateway
from .duty import Duty
from .hazard import Hazard
from .organisation import Organisation
from .people import Person, Posting
from .place_name import PlaceName, PlaceNameFile
from .preference import Preference
from .territory import Grid
from .territory_plan import FormerGrid, PlannedGrid, TerritoryPlan
from .token import MachineToken

__all__ = [
    "Contact",
    "Duty",
    "FormerGrid",
    "Gateway",
    "Grid",
    "Hazard",
    "MachineToken",
    "Organisation",
    "Person",
    "PlaceName",
    "PlaceNameFile",
    "PlannedGrid",
    "Posting",
    "Preference",
    "TerritoryPlan",
    "User",
]
