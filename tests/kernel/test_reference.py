"""Reference data in the process: loaded once, again when its version moved on, never a half-loaded one."""

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boshan_police.kernel import reference
from boshan_police.kernel.models import ReferenceVersion
from boshan_police.kernel.reference import Reference, forget_all
from dispatch.models import Policy
from dispatch.selectors.category import categories
from dispatch.selectors.policy import plan_for


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """`seconds(1.5)` lets the process's own clock go on by so much; else it stands."""
    held = [1000.0]
    monkeypatch.setattr(reference, "time", SimpleNamespace(monotonic=lambda: held[0]))
    forget_all()

    def go_on(by: float) -> None:
        held[0] += by

    yield go_on
    forget_all()


@pytest.fixture
def loads(db: None) -> Iterator[tuple[Reference[int], list[int]]]:
    """A reference of the name `tea`, and one number for each time that it was loaded."""
    seen: list[int] = []

    def load() -> int:
        seen.append(len(seen))
        return len(seen)

    ReferenceVersion.objects.create(name="tea", version=7)
    kettle = Reference(("tea", "cups"), load)
    yield kettle, seen
    reference._holders.remove(kettle)


def move_on(name: str) -> None:
    row, _created = ReferenceVersion.objects.get_or_create(name=name)
    ReferenceVersion.objects.filter(pk=row.pk).update(version=row.version + 1)


def test_within_the_second_nothing_is_asked(
    loads: tuple[Reference[int], list[int]], seconds: Callable[[float], None]
) -> None:
    kettle, seen = loads
    assert kettle.get() == 1
    move_on("tea")
    with CaptureQueriesContext(connection) as queries:
        seconds(0.9)
        assert kettle.get() == 1
    assert (len(queries), seen) == (0, [0])


def test_after_the_second_one_query_and_a_load_only_if_something_changed(
    loads: tuple[Reference[int], list[int]], seconds: Callable[[float], None]
) -> None:
    kettle, seen = loads
    kettle.get()
    seconds(1.1)
    with CaptureQueriesContext(connection) as queries:
        assert kettle.get() == 1
    assert len(queries) == 1
    for name in ("tea", "cups"):
        move_on(name)
        seconds(1.1)
        kettle.get()
    move_on("milk")
    seconds(1.1)
    assert kettle.get() == 3
    assert len(seen) == 3


def test_forgotten_it_is_loaded_anew(
    loads: tuple[Reference[int], list[int]], seconds: Callable[[float], None]
) -> None:
    kettle, _seen = loads
    kettle.get()
    forget_all()
    assert kettle.get() == 2


def test_a_failed_reload_keeps_raising_until_it_works(db: None, seconds: Callable[[float], None]) -> None:
    broken = [False]

    def load() -> str:
        if broken[0]:
            raise ValueError("half a table")
        return "whole"

    ReferenceVersion.objects.create(name="tea")
    kettle = Reference(("tea",), load)
    try:
        assert kettle.get() == "whole"
        broken[0] = True
        move_on("tea")
        seconds(1.1)
        for _ in range(2):
            with pytest.raises(ValueError, match="half"):
                kettle.get()
        broken[0] = False
        assert kettle.get() == "whole"
    finally:
        reference._holders.remove(kettle)


def test_many_threads_load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started, seen = threading.Barrier(8), []
    kettle = Reference(("tea",), lambda: seen.append(1) or "tea")
    monkeypatch.setattr(kettle, "_current_version", lambda: 1)

    def drink() -> None:
        started.wait(timeout=30)
        assert kettle.get() == "tea"

    threads = [threading.Thread(target=drink) for _ in range(8)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        reference._holders.remove(kettle)
    assert seen == [1]


def test_a_change_of_the_tables_is_seen_within_the_second(
    world: SimpleNamespace, seconds: Callable[[float], None]
) -> None:
    assert categories()["noise"].name_en == "Noise"
    assert plan_for("fight", 1).follow_up_seconds == 300
    with connection.cursor() as cursor:  # as an administrator of the database would
        cursor.execute("UPDATE dispatch_category SET name_en = 'Din' WHERE code = 'noise'")
    Policy.objects.filter(priority=1).update(follow_up_seconds=60)
    assert categories()["noise"].name_en == "Noise"
    seconds(reference.CHECK_SECONDS)
    assert categories()["noise"].name_en == "Din"
    assert plan_for("fight", 1).follow_up_seconds == 60
