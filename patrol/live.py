"""Live events of the forces: whom a unit concerns, and how a change of it is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.dispatch import Signal

from boshan_police.kernel import live
from patrol.models import Unit

unit_changes = Signal()
"""Sent with `units` (keys) inside the transaction that changed them. `dispatch` knows the incident each is on,
completes the rows and publishes them (`dispatch.live.units_changed`)."""
unit_moves = Signal()
"""The same for changes of the position alone, which come many times a second (`dispatch.live.units_moved`)."""


def topics_of(row: Mapping[str, Any]) -> set[str]:
    """A unit's row goes to the district, its organisation and the station on whose ground it is."""
    codes = {row["organisation"], row["station"]} - {None}
    return {live.DISTRICT} | {live.organisation_topic(code) for code in codes}


def unit_changed(unit: Unit) -> None:
    """Tell the boards of a saved change of `unit` (position, status, crew). Call it inside the transaction."""
    units_changed([unit.pk])


def units_changed(units: Iterable[int]) -> None:
    """The same for many at once, by key."""
    unit_changes.send(sender=Unit, units=list(units))


def units_moved(units: Iterable[int]) -> None:
    """Tell the boards of new positions, by key: of each unit the newest, at most once a second."""
    unit_moves.send(sender=Unit, units=list(units))
