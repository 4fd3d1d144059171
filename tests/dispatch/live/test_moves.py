"""Positions reach the screens once a second, the newest of each unit, and the heartbeats agree with them."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from patrol.services.position import Outcome, Report, positions_take
from tests.factories import DeviceFactory
from tests.live_server import Screen

Move = Callable[..., None]


@pytest.fixture
def move(committed_world: SimpleNamespace) -> Move:
    """`move(step, "east_car", …)`: a point of the radios of these units, or of all four, a metre further north each step."""
    world, names = committed_world, ("east_car", "east_car_2", "south_car", "squadron")
    for name in names:
        DeviceFactory(unit=getattr(world, name), identifier=name)

    def report(step: int, *units: str) -> None:
        now = clock.now()
        taken = positions_take(
            actor=world.dispatcher,
            reports=[
                Report(name, now, 36.5 + step / 1e5, getattr(world, name).lon) for name in units or names
            ],
        )
        assert set(taken) == {Outcome.TAKEN}

    return report


def _batches(screen: Screen) -> list[dict[str, Any]]:
    return [frame for frame in screen.frames if frame["type"] == "batch"]


def test_a_stream_of_positions_is_one_frame_a_second(
    committed_world: SimpleNamespace, screen: Callable[..., Screen], move: Move
) -> None:
    held = screen(committed_world.dispatcher)
    began = clock.now()
    for step in range(40):
        move(step)
    last = 36.5 + 39 / 1e5
    held.until(
        lambda: all(
            held.units[getattr(committed_world, name).pk]["lat"] == last for name in ("east_car", "squadron")
        )
    )
    seconds = (clock.now() - began) / timedelta(seconds=1)
    # one at once, one each second; a heartbeat each half second lets go of what is held
    assert 2 <= len(_batches(held)) <= 2 + 3 * seconds
    assert len(_batches(held)) < 40
    assert [len(frame["messages"]) for frame in _batches(held)] == [4] * len(_batches(held))
    assert held.agrees()


def test_each_screen_hears_of_its_own_units(
    committed_world: SimpleNamespace, screen: Callable[..., Screen], move: Move
) -> None:
    screens = {
        name: screen(getattr(committed_world, name)) for name in ("east_officer", "south_officer", "guard")
    }
    move(1)
    heard = {
        name: {message["call_sign"] for message in held.wait_for("batch")["messages"]}
        for name, held in screens.items()
    }
    assert heard == {
        "east_officer": {"城东01", "城东02", "城东中队"},
        "south_officer": {"山头01"},
        "guard": {"城东中队"},
    }


def test_no_heartbeat_names_what_is_still_held_back(
    committed_world: SimpleNamespace, screen: Callable[..., Screen], move: Move
) -> None:
    held = screen(committed_world.dispatcher)
    for step in range(1, 4):
        move(step)  # the first goes at once, the others wait for their second
        beat = held.wait_for("heartbeat", lambda frame: bool(frame["changed"]["units"]))
        for key, version in beat["changed"]["units"]:
            assert held.units[key]["version"] >= version
