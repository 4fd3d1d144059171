"""Makers of single rows, for what a test needs beside the cast of `tests.world`."""

from .ground import AccountFactory, GridFactory, OrganisationFactory, PersonFactory
from .units import DeviceFactory, UnitFactory

__all__ = [
    "AccountFactory",
    "DeviceFactory",
    "GridFactory",
    "OrganisationFactory",
    "PersonFactory",
    "UnitFactory",
]
