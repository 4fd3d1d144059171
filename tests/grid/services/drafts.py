"""What tests of the territory's plans share: a noon, the Monday after it, and a draft cut in two and scheduled."""

from datetime import UTC, datetime

from grid.selectors.territory_plan import key_of
from grid.services.territory_effect import plan_schedule
from grid.services.territory_plan import plan_split

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
MONDAY = datetime(2026, 11, 29, 16, tzinfo=UTC)  # Monday 30 November, 00:00 in Shanghai
# grid 城东-001 is 36.48–36.52 × 117.86–117.90: cut into a western 0.022° and an eastern 0.018°
LINE = [[117.882, 36.48], [117.882, 36.52]]


def grid_key(grid):
    return key_of(grid.pk)


def split(world, plan):
    return plan_split(actor=world.admin, key=plan.pk, grid=grid_key(world.east_grid_1), line=LINE)


def schedule(world, plan, at=MONDAY, **more):
    plan.refresh_from_db()
    return plan_schedule(actor=world.admin, key=plan.pk, version=plan.version, effective_at=at, **more)
