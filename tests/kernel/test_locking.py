"""lock_rows: one order, so that nobody waits for who waits for him."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from boshan_police.kernel.locking import lock_rows
from patrol.models import Unit


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returns, all run at once, each on a connection of its own."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, call) for call in calls]]


def test_by_key_in_key_order_in_one_query(world: SimpleNamespace) -> None:
    keys = [world.south_car.pk, world.east_car.pk, world.east_car.pk, -1]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = lock_rows(Unit, keys)
    assert list(found) == sorted({world.south_car.pk, world.east_car.pk})
    assert found[world.east_car.pk] == world.east_car
    (query,) = queries.captured_queries
    assert query["sql"].endswith('ORDER BY "patrol_unit"."id" ASC FOR NO KEY UPDATE')


@pytest.mark.django_db(transaction=True)
def test_it_needs_a_transaction(world: SimpleNamespace) -> None:
    with pytest.raises(TransactionManagementError):
        lock_rows(Unit, [world.east_car.pk])


@pytest.mark.django_db(transaction=True)
def test_opposite_wishes_never_lock_each_other_out(world: SimpleNamespace) -> None:
    keys = [world.east_car.pk, world.south_car.pk]
    barrier = Barrier(2)

    def often(wanted: list[int]) -> int:
        for _ in range(50):
            barrier.wait(timeout=30)
            with transaction.atomic():
                row = lock_rows(Unit, wanted)[wanted[0]]
                row.members += 1
                row.save(update_fields=["members"])
        return 50

    assert in_threads(lambda: often(keys), lambda: often(keys[::-1])) == [50, 50]
    for unit in Unit.objects.filter(pk__in=keys):
        assert unit.members == 52


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_waits_for_writers_and_not_for_those_who_refer_to_it(world: SimpleNamespace) -> None:
    locked, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            lock_rows(Unit, [world.east_car.pk])
            locked.set()
            done.wait(timeout=30)

    def meet() -> str:
        assert locked.wait(timeout=30)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # what a foreign key's check takes
                cursor.execute(
                    "SELECT 1 FROM patrol_unit WHERE id = %s FOR KEY SHARE NOWAIT", [world.east_car.pk]
                )
                cursor.execute(
                    "SELECT 1 FROM patrol_unit WHERE id = %s FOR UPDATE NOWAIT", [world.east_car.pk]
                )
        except OperationalError as error:
            return str(error)
        finally:
            done.set()
        return ""

    _held, refusal = in_threads(hold, meet)
    assert "could not obtain lock" in refusal
