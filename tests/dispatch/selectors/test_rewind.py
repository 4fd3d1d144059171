"""The board of a past instant is the board that was there: whatever happened, row by row, for every scope."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from boshan_police.kernel import clock, live
from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.rendering import to_json
from dispatch.lifecycle import Stage
from dispatch.models import Incident, Notice, Policy, TimelineEntry
from dispatch.selectors import board
from dispatch.selectors.rewind import board_at
from dispatch.services.act import act_on
from dispatch.services.assignment import assignment_advance
from dispatch.services.escalation import notice_see
from dispatch.services.timer import timers_sweep
from grid.access import scope_of
from patrol.models import Device, TrackPoint, Unit, UnitState
from patrol.services.position import Report, positions_take
from patrol.services.unit import unit_set_duty
from patrol.services.unit_state import unit_states_drop
from tests.dispatch import test_state_machine
from tests.dispatch.test_state_machine import Dispatching, machine
from tests.world import EAST, IN_EAST, IN_SOUTH

LOOKERS = ["watch", "east_commander", "south_commander", "guard"]
__all__ = ["machine"]
KEYS = ("incidents", "units", "notices", "scope")
Clock = Callable[[datetime], datetime]


def shown(user: Any) -> dict[str, Any]:
    """What `/api/board/` answers `user` now, as JSON."""
    fresh = board.snapshot(user, scope_of(user), redis=True)
    return {key: value for key, value in json.loads(to_json(fresh)).items() if key in KEYS}


def past(user: Any, at: datetime) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(board_at(user, at)))
    assert found["unknown"] == []
    assert found["health"] is None
    return {key: value for key, value in found.items() if key in KEYS}


class Remembering(Dispatching):
    """The state machine of all services, which writes down what every viewer saw after each act and compares in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.saw: list[tuple[datetime, str, dict[str, Any]]] = []
        self.look()

    def act(self, call: Callable[[], Any]) -> Any:
        found = super().act(call)
        self.look()
        return found

    def look(self) -> None:
        with clock.at(self.now):
            self.saw += [(self.now, name, shown(self.who(name))) for name in LOOKERS]

    def teardown(self) -> None:
        with clock.at(self.now + timedelta(seconds=1)):
            for at, name, saw in self.saw[:: max(1, len(self.saw) // 80)]:
                then = past(self.who(name), at)
                for key in KEYS:
                    assert then[key] == saw[key], (name, key, at)
        super().teardown()


@pytest.fixture
def remembering(machine: type[Dispatching]) -> type[Remembering]:
    """The machine itself shares its world and what it would send with those who are it."""
    return Remembering


def test_any_night_is_seen_again_as_it_was(remembering: type[Remembering]) -> None:
    run_state_machine_as_test(
        remembering,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_one_night_with_every_kind_of_act(remembering: type[Remembering]) -> None:
    """The written night of the state machine, seen again after each act by each viewer."""
    test_state_machine.test_one_night_meets_every_kind_of_act(remembering)
