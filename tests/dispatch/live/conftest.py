"""A running server, screens that follow it, and acts to follow."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch.models import Incident
from dispatch.services.incident import incident_file
from tests.live_server import portal, screen  # noqa: F401 - fixtures
from tests.world import IN_EAST


@pytest.fixture
def file(committed_world: SimpleNamespace) -> Callable[..., Incident]:
    """File an incident in the East by the dispatcher; keywords replace what is said."""

    def make(**said: Any) -> Incident:
        given = {"category": "fight", "summary": "Two men fight", **IN_EAST, **said}
        return incident_file(actor=committed_world.dispatcher, **given).incident

    return make
