"""What a log keeps however long it is, and an entry written while the watch is being signed."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from boshan_police.kernel import clock
from dispatch.models import ShiftEntry, Watch
from dispatch.selectors import shift as shifts
from dispatch.selectors.shift import open_watch, read_log
from dispatch.selectors.shift_sheet import hand_over_sheet
from dispatch.services.shift import entry_write, watch_sign_out
from grid.models import User


def promise(actor: User, text: str, hours: int) -> ShiftEntry:
    due_at = clock.now() + timedelta(hours=hours)
    return entry_write(actor=actor, kind="promise", text=text, due_at=due_at)


def test_nothing_owed_is_lost_behind_what_came_later(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shifts, "MOST", 3)
    first = promise(world.watch, "The oldest", 9)
    watch_sign_out(actor=world.watch, watch=first.watch_id)
    for n in range(5):
        promise(world.watch, f"Promise {n}", 8 - n)
        entry_write(actor=world.watch, kind="remark", text=f"Remark {n}")
    watch = open_watch(world.watch.organisation_id)
    log = read_log(watch)
    assert [row["text"] for row in log.owed] == [*(f"Promise {n}" for n in (4, 3, 2, 1, 0)), "The oldest"]
    assert [row["text"] for row in log.over] == ["Remark 4", "Remark 3", "Remark 2"]
    assert log.more == 2
    assert [row["text"] for row in log.entries][-1] == "The oldest"
    sheet = hand_over_sheet(watch, clock.now())
    assert (len(sheet["promises"]), len(sheet["remarks"]), sheet["more"]) == (6, 3, 2)


def test_an_entry_written_while_the_watch_is_signed_is_in_the_next(committed_world: SimpleNamespace) -> None:
    running = promise(committed_world.watch, "Before", 2).watch
    found: list[ShiftEntry | Exception] = []

    def write() -> None:
        try:
            found.append(promise(committed_world.dispatcher, "Meanwhile", 2))
        except Exception as error:  # noqa: BLE001 - told below
            found.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    with transaction.atomic():
        watch_sign_out(actor=committed_world.watch, watch=running.pk)
        writer.start()
        assert somebody_waits_for_us()
    writer.join(20)
    (entry,) = found
    assert isinstance(entry, ShiftEntry), entry
    assert entry.watch == Watch.objects.get(signed_out_at=None)
    assert entry.watch != running


def somebody_waits_for_us() -> bool:
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return True
        time.sleep(0.02)
    return False
