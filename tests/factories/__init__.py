"""Makers of single rows, for what a test needs beside the cast of `tests.world`."""

from .ground import AccountFactory, GridFactory, OrganisationFactory, PersonFactory
from .units import UnitFactory

__all__ = ["AccountFactory", "GridFactory", "OrganisationFactory", "PersonFactory", "UnitFactory"]
