"""Incidents at a given place on their way, made by the services themselves."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.incident import incident_file
from tests.dispatch.other_side import by_gateway, escalate, gateway, other_side  # noqa: F401 - fixtures
from tests.world import IN_EAST


@pytest.fixture
def file(world: SimpleNamespace) -> Callable[..., Incident]:
    """File an incident in the East by the dispatcher; keywords replace what is said."""

    def make(**said: Any) -> Incident:
        actor = said.pop("actor", world.dispatcher)
        given = {"category": "fight", "summary": "Two men fight", **IN_EAST, **said}
        return incident_file(actor=actor, **given).incident

    return make


@pytest.fixture
def send(world: SimpleNamespace) -> Callable[..., Assignment]:
    """Send `world.east_car`, or another unit, to an incident, and let it go on as far as `verbs` say."""

    def make(incident: Incident, *verbs: str, unit: Any = None) -> Assignment:
        (order,) = assignment_create(
            actor=world.dispatcher, number=incident.number, units=[(unit or world.east_car).pk]
        )
        for verb in verbs:
            assignment_advance(actor=world.dispatcher, number=incident.number, assignment=order.pk, verb=verb)
        order.refresh_from_db()
        return order

    return make
