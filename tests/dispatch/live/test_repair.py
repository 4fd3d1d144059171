"""A screen that missed something learns of it: by the heartbeat, whatever is away."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from boshan_police.benches.scratch import own_channel, web_server
from boshan_police.kernel import clock, live
from dispatch.lifecycle import OPEN
from dispatch.live import BoardSource
from dispatch.models import Incident, Sweep
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.incident import incident_cancel, incident_claim, incident_close
from grid.access import Scope
from patrol.services.unit import unit_place, unit_set_duty
from tests.live_server import Screen, token_headers
from tests.throwaway_redis import ThrowawayRedis

Open = Callable[..., Screen]


@pytest.fixture
def redis(
    tmp_path: Path, settings: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ThrowawayRedis]:
    """This process and the portal it starts use a Redis of their own."""
    server = ThrowawayRedis(tmp_path)
    settings.REDIS_URL = server.url
    monkeypatch.setattr(live, "_redis", None)
    monkeypatch.setattr(live, "_silent_until", 0.0)
    yield server
    server.kill()


def test_redis_killed_and_started_again(
    redis: ThrowawayRedis, committed_world: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    with own_channel(), web_server({"LIVE_HEARTBEAT_SECONDS": "0.5"}) as portal:
        held = Screen(portal, token_headers(committed_world.dispatcher))
        file()
        held.wait_for("incident")
        held.wait_for("heartbeat", lambda frame: frame["health"]["redis"])

        redis.kill()
        began = time.monotonic()
        missed = file().number
        assert time.monotonic() - began < 5.0, "a write waits for nobody"
        beat = held.wait_for("heartbeat", lambda frame: missed in dict(frame["changed"]["incidents"]))
        assert beat["health"]["redis"] is False
        assert missed not in held.incidents
        held.fetch()
        assert missed in held.incidents

        redis.start()
        held.wait_for("heartbeat", lambda frame: frame["health"]["redis"], seconds=15)
        time.sleep(live.RETRY_SECONDS)  # this process, too, asks again after a moment
        after = file().number
        assert held.wait_for("incident", lambda frame: frame["number"] == after)["version"] == 1
        held.close()


def test_redis_that_hangs_is_noticed_and_left(
    redis: ThrowawayRedis, committed_world: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    with own_channel(), web_server({"LIVE_HEARTBEAT_SECONDS": "0.5"}) as portal:
        held = Screen(portal, token_headers(committed_world.dispatcher))
        held.wait_for("heartbeat", lambda frame: frame["health"]["redis"])
        redis.process.send_signal(19)  # SIGSTOP: the connection stays, nothing answers
        held.wait_for("heartbeat", lambda frame: not frame["health"]["redis"])
        began = time.monotonic()
        missed = file().number
        assert time.monotonic() - began < 5.0
        held.wait_for("heartbeat", lambda frame: missed in dict(frame["changed"]["incidents"]))
        redis.process.send_signal(18)
        held.wait_for("heartbeat", lambda frame: frame["health"]["redis"], seconds=20)
        held.close()


def test_the_heartbeat_names_what_changed_and_what_left_per_scope(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    east_one, elsewhere = file().number, file(lat=36.50, lon=117.92).number
    (order,) = assignment_create(
        actor=committed_world.dispatcher, number=east_one, units=[committed_world.south_car.pk]
    )
    south = screen(committed_world.south_officer)
    beat = south.wait_for("heartbeat")
    held = {row["number"]: row["version"] for row in south.incidents.values()}
    assert dict(beat["changed"]["incidents"]) == held == dict.fromkeys([east_one, elsewhere]) | held
    assert dict(beat["changed"]["units"])[committed_world.south_car.pk] == 2
    assert (beat["open"], beat["window"]) == (2, 30.0)

    assignment_advance(actor=committed_world.dispatcher, number=east_one, assignment=order.pk, verb="release")
    incident_cancel(actor=committed_world.dispatcher, number=elsewhere, reason="A false alarm")
    beat = south.wait_for("heartbeat", lambda frame: frame["open"] == 0)
    assert beat["changed"]["incidents"] == []
    assert {number for number, _version in beat["changed"]["left"]} == {east_one, elsewhere}

    centre = screen(committed_world.dispatcher).wait_for("heartbeat")
    assert [number for number, _version in centre["changed"]["incidents"]] == [east_one]
    assert [number for number, _version in centre["changed"]["left"]] == [elsewhere]


def test_a_heartbeat_is_of_one_instant(
    committed_world: SimpleNamespace, file: Callable[..., Incident]
) -> None:
    """What ends between two queries of a heartbeat is in all of it still, or in none of it yet."""
    number = file().number
    cancelled: list[str] = []

    def cancel() -> None:
        incident_cancel(actor=committed_world.dispatcher, number=number, reason="A false alarm")
        connection.close()

    def end_it_meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "dispatch_incident"' in sql and not cancelled:
            cancelled.append(sql)
            other = threading.Thread(target=cancel)
            other.start()
            other.join()
        return result

    district = Scope("district", None)
    with connection.execute_wrapper(end_it_meanwhile):
        (text,) = BoardSource().heartbeats({district}, redis=True).values()
    assert cancelled
    assert not Incident.objects.filter(number=number, status__in=OPEN).exists()
    beat = json.loads(text)
    assert (beat["changed"]["incidents"], beat["changed"]["left"], beat["open"]) == ([[number, 1]], [], 1)


def test_snapshot_and_events_make_a_fresh_snapshot(
    committed_world: SimpleNamespace, screen: Open, file: Callable[..., Incident]
) -> None:
    world = committed_world
    screens = [
        screen(getattr(world, name)) for name in ("dispatcher", "east_officer", "south_officer", "guard")
    ]
    first, second, third = file().number, file(category="noise").number, file(lat=36.50, lon=117.92).number
    incident_claim(actor=world.east_officer, number=first, unit=world.east_car.pk)
    orders = assignment_create(
        actor=world.dispatcher, number=second, units=[world.south_car.pk, world.squadron.pk]
    )
    order = Incident.objects.get(number=first).assignments.get()
    for verb in ("depart", "arrive", "report"):
        assignment_advance(
            actor=world.east_officer, number=first, assignment=order.pk, verb=verb, outcome="Settled"
        )
    incident_close(actor=world.east_officer, number=first, outcome="Settled")
    assignment_advance(actor=world.dispatcher, number=second, assignment=orders[0].pk, verb="release")
    assignment_advance(actor=world.guard, number=second, assignment=orders[1].pk, verb="accept")
    incident_cancel(actor=world.dispatcher, number=third, reason="A false alarm")
    world.south_foot.refresh_from_db()
    unit_place(actor=world.south_officer, unit=world.south_foot, lat=36.51, lon=117.93, at=clock.now())
    unit_set_duty(actor=world.east_commander, unit=world.east_foot.pk, on_duty=False)

    for each in screens:
        each.until(each.agrees)


def test_a_stopped_sweeper_and_a_database_that_hangs_show_in_the_heartbeat(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    held = screen(committed_world.dispatcher)
    assert held.wait_for("heartbeat")["health"]["timers"]["swept_seconds_ago"] is None
    Sweep.objects.create(name="timers", at=clock.now())
    assert held.wait_for("heartbeat", lambda frame: frame["health"]["worker"])
    stopped = held.wait_for("heartbeat", lambda frame: not frame["health"]["worker"])
    assert stopped["health"]["timers"]["swept_seconds_ago"] >= 4.0

    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE dispatch_incident IN ACCESS EXCLUSIVE MODE")
    blind = held.wait_for("heartbeat", lambda frame: not frame["health"]["database"])
    assert (blind["open"], blind["health"]["worker"]) == (None, False)
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
    held.wait_for("heartbeat", lambda frame: frame["health"]["database"])
