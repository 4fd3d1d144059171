"""Tables of the ground."""

from .account import User
from .organisation import Organisation
from .people import Person, Posting
from .territory import Grid

__all__ = ["Grid", "Organisation", "Person", "Posting", "User"]
