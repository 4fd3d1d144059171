"""Each part of the machinery is proven by the mark it left itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from celery.signals import before_task_publish
from django.test import Client

from boshan_police.kernel import clock, live
from dispatch import tasks
from dispatch.models import Sweep
from dispatch.selectors.health import blind_health, read_health
from dispatch.services.delivery import deliveries_send
from dispatch.services.pulse import (
    FORGOTTEN_AFTER,
    part_mark,
    web_forget,
    web_mark,
    web_name,
)
from dispatch.services.timer import timers_sweep

Clock = Callable[[datetime], datetime]


@pytest.fixture(autouse=True)
def _beat_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beat marks itself once a second; each test begins with one that has not."""
    monkeypatch.setattr(tasks, "_beat_marked", float("-inf"))


def ages() -> dict[str, tuple[bool, float | None]]:
    parts = read_health(redis=True)["parts"]
    return {name: (part["ok"], part["seconds_ago"]) for name, part in parts.items()}


def test_nothing_is_proven_before_it_has_shown_itself(
    world: SimpleNamespace, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        health = read_health(redis=True)
    assert health["parts"] == blind_health(redis=True)["parts"]
    assert health["parts"]["web"] == {"ok": False, "seconds_ago": None, "processes": 0, "silent": 0}
    assert (health["worker"], health["timers"]["swept_seconds_ago"]) == (False, None)


def test_each_part_marks_itself_and_only_itself(world: SimpleNamespace, clock_at: Clock) -> None:
    clock_at(clock.now())
    timers_sweep()
    assert {name for name, (ok, _) in ages().items() if ok} == {"worker"}
    deliveries_send()
    assert {name for name, (ok, _) in ages().items() if ok} == {"worker", "courier"}
    before_task_publish.send(sender="dispatch.sweep_timers")
    assert {name for name, (ok, _) in ages().items() if ok} == {"worker", "courier", "beat"}
    web_mark(web_name())
    assert all(ok for ok, _ in ages().values())


def test_other_tasks_prove_nothing_of_beat(world: SimpleNamespace) -> None:
    before_task_publish.send(sender="patrol.keep_position_days")
    assert not Sweep.objects.filter(name=Sweep.BEAT).exists()


@pytest.mark.parametrize(
    ("part", "name", "limit"),
    [("beat", Sweep.BEAT, 4), ("worker", Sweep.TIMERS, 4), ("courier", Sweep.DELIVERIES, 15)],
)
def test_a_silent_part_is_told_by_its_age(
    world: SimpleNamespace, clock_at: Clock, part: str, name: str, limit: int
) -> None:
    at = clock_at(clock.now())
    part_mark(name)
    clock_at(at + timedelta(seconds=limit - 1))
    assert ages()[part] == (True, limit - 1)
    clock_at(at + timedelta(seconds=limit))
    assert ages()[part] == (False, limit)


def test_web_processes_are_counted_and_the_silent_ones_too(world: SimpleNamespace, clock_at: Clock) -> None:
    at = clock_at(clock.now())
    for name in ("web:a:1", "web:a:2", "web:b:1"):
        web_mark(name)
    clock_at(at + timedelta(seconds=20))
    web_mark("web:a:1")
    assert read_health(redis=True)["parts"]["web"] == {
        "ok": True,
        "seconds_ago": 0,
        "processes": 1,
        "silent": 2,
    }
    web_forget("web:a:2")  # ended in order
    assert read_health(redis=True)["parts"]["web"]["silent"] == 1
    clock_at(at + FORGOTTEN_AFTER + timedelta(seconds=1))
    web_mark("web:a:1")
    assert read_health(redis=True)["parts"]["web"]["silent"] == 0


def test_health_and_metrics_carry_the_parts(
    world: SimpleNamespace, client: Client, clock_at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_at(clock.now())  # a first request takes its time on a busy machine
    monkeypatch.setattr(live, "answers", lambda: True)
    for name in (Sweep.TIMERS, Sweep.DELIVERIES):
        part_mark(name)
    answer = client.get("/health/").json()
    assert answer["parts"]["courier"]["ok"]
    assert not answer["parts"]["beat"]["ok"]
    assert answer["status"] == "degraded"
    part_mark(Sweep.BEAT)
    assert client.get("/health/").json()["status"] == "ok"
    figures = client.get("/metrics/").content.decode()
    assert "boshan_web_processes 0" in figures
    assert "boshan_beat_seconds_ago 0" in figures
