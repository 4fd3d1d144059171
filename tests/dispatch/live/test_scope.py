"""Each screen hears of its own scope, of all of it, and of nothing else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from boshan_police.kernel import clock
from dispatch.models import Incident, Timer
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.escalation import escalation_take_over
from dispatch.services.incident import incident_cancel, incident_claim
from dispatch.services.timer import timers_sweep
from patrol.services.unit import unit_place
from tests.live_server import Screen
from tests.world import IN_SOUTH

Open = Callable[..., Screen]


def told(frames: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["type"] == kind]


def test_an_incident_goes_to_the_district_and_its_station_only(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    centre, east, south = (
        screen(getattr(committed_world, name)) for name in ("dispatcher", "east_officer", "south_officer")
    )
    number = file().number
    assert centre.wait_for("incident")["number"] == number
    row = east.wait_for("incident")
    assert (row["event"], row["version"], row["status"]) == ("incident.filed", 1, "reported")
    assert row["station"] == committed_world.east_car.organisation_id
    other = file(**IN_SOUTH).number
    assert south.wait_for("incident")["number"] == other
    assert number not in south.incidents
    assert not told(east.hear(0.3), "incident")


def test_a_unit_brings_its_organisation_in_and_its_release_lets_it_go(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    number = file().number
    south = screen(committed_world.south_officer)
    guard = screen(committed_world.guard)
    assert number not in south.incidents
    orders = assignment_create(
        actor=committed_world.dispatcher,
        number=number,
        units=[committed_world.south_car.pk, committed_world.squadron.pk],
    )
    south.until(lambda: number in south.incidents)
    south.until(lambda: south.units[committed_world.south_car.pk]["incident"] == number)
    assert guard.wait_for("unit")["incident"] == number
    assert {order["label"] for order in south.incidents[number]["assignments"]} == {"山头01", "城东中队"}

    assignment_advance(
        actor=committed_world.dispatcher, number=number, assignment=orders[0].pk, verb="release"
    )
    farewell = south.wait_for("incident", lambda frame: frame.get("left") is True)
    assert set(farewell) == {"type", "event", "number", "version", "status", "station", "left"}
    south.until(lambda: south.units[committed_world.south_car.pk]["incident"] is None)
    assert number not in south.incidents
    guard.hear(0.2)
    assert number in guard.incidents


def test_a_unit_goes_to_the_station_on_whose_ground_it_is(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    east, south = screen(committed_world.east_officer), screen(committed_world.south_officer)
    assert committed_world.squadron.pk in east.units
    assert committed_world.squadron.pk not in south.units
    moved = {"lat": 36.51, "lon": 117.885, "at": clock.now()}
    unit_place(actor=committed_world.guard, unit=committed_world.squadron, **moved)
    assert east.wait_for("unit")["lat"] == 36.51
    assert not told(south.hear(0.3), "unit")


def test_a_busy_unit_that_moves_keeps_its_incident(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    number = file().number
    incident_claim(actor=committed_world.east_officer, number=number, unit=committed_world.east_car.pk)
    centre = screen(committed_world.dispatcher)
    committed_world.east_car.refresh_from_db()
    unit_place(
        actor=committed_world.east_officer,
        unit=committed_world.east_car,
        lat=36.5,
        lon=117.87,
        at=clock.now(),
    )
    row = centre.wait_for("unit")
    assert (row["lon"], row["incident"]) == (117.87, number)


def test_an_escalation_is_told_raised_taken_over_and_ended(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    centre, east, south = (
        screen(getattr(committed_world, name)) for name in ("dispatcher", "east_commander", "south_commander")
    )
    incident = file(priority=1)
    Timer.objects.update(due_at=clock.now())
    timers_sweep()
    east.wait_for("incident", lambda row: bool(row["escalation"]))  # the row first, then what rings
    raised = east.wait_for("escalation")
    assert (raised["number"], raised["level"], raised["state"]) == (incident.number, 1, "raised")
    assert (raised["recipients"], raised["owner"]) == (["east_commander"], None)
    assert east.snapshot()["notices"] == [incident.number]
    assert centre.snapshot()["notices"] == []

    escalation_take_over(actor=committed_world.east_commander, number=incident.number)
    row = centre.wait_for("incident", lambda row: bool(row["escalation"] and row["escalation"]["owner"]))
    assert row["escalation"]["owner_username"] == "east_commander"
    taken = centre.wait_for("escalation", lambda frame: frame["state"] == "taken_over")
    assert taken["owner"] == committed_world.east_commander.name
    assert east.snapshot()["notices"] == []

    incident_cancel(actor=committed_world.dispatcher, number=incident.number, reason="A false alarm")
    assert east.wait_for("escalation", lambda frame: frame["state"] == "ended")["number"] == incident.number
    assert not told(south.hear(0.3), "escalation")
