"""A file of a table while it is written: confirmed twice, Redis away, rows that lean on rows of the same file."""

import threading

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import connection, connections
from django.db.models.signals import post_save
from django.test import Client

from boshan_police.kernel.models import AuditEntry
from grid.table_reading import Reading
from patrol.models import Unit
from tests.factories import OrganisationFactory
from tests.grid.tables import UNITS, hand_in, write, wrong
from tests.throwaway_redis import ThrowawayRedis
from tests.world import EAST, SOUTH

NEW = UNITS + f"新01,car,{EAST},,,2\n"


def test_a_circle_through_rows_that_the_file_changes_is_found(office, world):
    new = OrganisationFactory()
    tree = f"code,parent\n{new.code},{SOUTH}\n{SOUTH},{EAST}\n{EAST},{SOUTH}\n"
    assert [each[:2] for each in wrong(hand_in(office, "grid/organisation", tree))] == [(4, "Parent")]


def test_a_preview_confirmed_twice_at_once_is_written_once(committed_world):
    world = committed_world
    clients = [Client(headers={"Accept-Language": "en"}) for _number in range(2)]
    for client in clients:
        client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    here = hand_in(clients[0], "patrol/unit", NEW).context["here"]
    answers, inside, go_on = [], threading.Event(), threading.Event()

    def first(sender, instance, **_more):
        inside.set()
        go_on.wait(10)

    def confirm():
        try:
            answers.append(clients[0].post(here))
        finally:
            connections.close_all()

    post_save.connect(first, sender=Unit)
    try:
        thread = threading.Thread(target=confirm)
        thread.start()
        assert inside.wait(10)
        second = clients[1].post(here)
        go_on.set()
        thread.join()
    finally:
        post_save.disconnect(first, sender=Unit)
    assert (answers[0].status_code, second.status_code) == (302, 409)
    assert "being written already" in second.content.decode()
    assert AuditEntry.objects.filter(code="table.imported").count() == 1
    page = clients[1].post(here, follow=True)
    assert page.context["kept"]["done"] == {"added": 1, "changed": 0, "same": 0}
    assert AuditEntry.objects.filter(code="table.imported").count() == 1


def test_a_long_file_is_read_before_the_transaction(committed_world, monkeypatch):
    """One that says nothing for 30 s is ended by the database."""
    office = Client()
    office.force_login(committed_world.admin, backend="django.contrib.auth.backends.ModelBackend")
    inside, line = [], Reading.line

    def read(*args):
        inside.append(connection.in_atomic_block)
        return line(*args)

    monkeypatch.setattr(Reading, "line", read)
    page = write(office, hand_in(office, "patrol/unit", NEW))
    assert page.context["kept"]["done"] == {"added": 1, "changed": 0, "same": 0}
    assert inside == [False, False]


@pytest.fixture
def own_redis(tmp_path):
    """A Redis for previews, to be killed."""
    redis, before = ThrowawayRedis(tmp_path), caches["previews"]
    caches["previews"] = RedisCache(redis.url, {})
    yield redis
    caches["previews"] = before
    redis.kill()


def test_what_is_written_is_no_failure_because_redis_went_away(office, world, own_redis):
    page = hand_in(office, "patrol/unit", NEW)

    def away(sender, instance, **_more):
        own_redis.kill()

    post_save.connect(away, sender=Unit)
    try:
        page = write(office, page)
    finally:
        post_save.disconnect(away, sender=Unit)
    assert page.redirect_chain == [("/admin/patrol/unit/", 302)]
    assert "Written: 1 added, 0 changed" in page.content.decode()
    assert Unit.objects.filter(call_sign="新01").exists()
