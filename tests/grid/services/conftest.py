"""A plan of the territory at a moment that stands still."""

import pytest

from grid.services.territory_plan import plan_create
from tests.grid.services.drafts import NOON


@pytest.fixture
def held(clock_at):
    return clock_at(NOON)


@pytest.fixture
def draft(world, held):
    return plan_create(actor=world.admin, title="城东-001 一分为二", reason="人口增加")
