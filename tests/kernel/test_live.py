"""Hints leave after commit, never on rollback, and never cost a write anything."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from boshan_police.kernel import live
from boshan_police.kernel.live import frame_of, organisation_topic, publish

MESSAGE = {"type": "unit", "id": 1}
FRAME = b'district\n{"type":"unit","id":1}'


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The frames handed to Redis."""
    frames: list[bytes] = []
    monkeypatch.setattr(live, "_send", frames.append)
    return frames


@pytest.fixture
def listener(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A web process that listens on a channel of its own."""
    settings.LIVE_CHANNEL = f"test.live.{time.monotonic_ns()}"
    monkeypatch.setattr(live, "_redis", None)
    monkeypatch.setattr(live, "_silent_until", 0.0)
    client = redis.Redis.from_url(settings.REDIS_URL)
    heard = client.pubsub()
    heard.subscribe(settings.LIVE_CHANNEL)
    assert heard.get_message(timeout=10)["type"] == "subscribe"
    yield heard
    heard.close()
    client.close()


@pytest.fixture
def no_redis(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> str:
    """Nobody listens at Redis's address; the address where somebody does."""
    address: str = settings.REDIS_URL
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    monkeypatch.setattr(live, "_redis", None)
    monkeypatch.setattr(live, "_silent_until", 0.0)
    monkeypatch.setattr(live, "dropped", 0)
    return address


@pytest.mark.django_db(transaction=True)
def test_a_hint_leaves_after_the_outermost_commit(sent: list[bytes]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            publish({live.DISTRICT}, MESSAGE)
        assert sent == []
    assert sent == [FRAME]


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_what_was_rolled_back(sent: list[bytes]) -> None:
    with transaction.atomic():
        publish({live.DISTRICT}, {"type": "unit", "id": 2})
        transaction.set_rollback(True)
    assert sent == []
    with transaction.atomic():
        with transaction.atomic():
            publish({live.DISTRICT}, {"type": "unit", "id": 2})
            transaction.set_rollback(True)
        publish({live.DISTRICT}, MESSAGE)
    assert sent == [FRAME]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_at_once_and_in_order(sent: list[bytes]) -> None:
    for number in range(3):
        publish({live.DISTRICT}, {"n": number})
    assert [json.loads(frame.partition(b"\n")[2])["n"] for frame in sent] == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_row_is_told_as_it_was_in_its_own_transaction(sent: list[bytes]) -> None:
    message = dict(MESSAGE)
    with transaction.atomic():
        publish({live.DISTRICT}, message)
        message["id"] = 2
    assert sent == [FRAME]


@pytest.mark.django_db(transaction=True)
def test_a_hint_that_fails_harms_neither_the_write_nor_the_next_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[bytes] = []

    def fail_once(frame: bytes) -> None:
        if not frames:
            frames.append(b"failed")
            raise ValueError("a defect in the sender")
        frames.append(frame)

    monkeypatch.setattr(live, "_send", fail_once)
    with transaction.atomic():
        publish({live.DISTRICT}, {"n": 1})
        publish({live.DISTRICT}, MESSAGE)
    assert frames == [b"failed", FRAME]


def test_a_frame_is_topics_then_json() -> None:
    message = {"at": datetime(2026, 3, 1, tzinfo=UTC), "name": "李青", "text": gettext_lazy("Dispatcher")}
    topics, _, body = frame_of(["org:2", "district", "org:2"], message).partition(b"\n")
    assert topics == b"district,org:2"
    assert b"\n" not in body
    assert json.loads(body) == {"at": "2026-03-01T00:00:00Z", "name": "李青", "text": "Dispatcher"}
    assert organisation_topic("370304510000") == "org:370304510000"


@pytest.mark.django_db(transaction=True)
def test_it_goes_through_redis(listener: Any) -> None:
    publish({live.DISTRICT}, MESSAGE)
    heard = listener.get_message(timeout=10)
    assert heard["channel"].decode() == settings.LIVE_CHANNEL
    assert heard["data"] == FRAME
    assert live.answers()


@pytest.mark.usefixtures("no_redis")
@pytest.mark.django_db(transaction=True)
def test_without_redis_a_write_goes_on_and_the_loss_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        publish({live.DISTRICT}, MESSAGE)
    assert live.dropped == 3
    assert not live.answers()
    assert caplog.text.count("Redis does not answer") == 1  # said once, not with every hint


def test_after_a_failure_one_caller_asks_again_and_says_that_it_is_back(
    no_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[int] = []

    def ask(client: "redis.Redis") -> None:
        asked.append(1)
        client.ping()

    assert not live._try(ask)
    assert not live._try(ask)
    assert len(asked) == 1  # the second passed by
    monkeypatch.setattr(live, "_silent_until", time.monotonic() - 1)
    assert not live._try(ask)
    assert len(asked) == 2
    settings.REDIS_URL = no_redis
    monkeypatch.setattr(live, "_redis", None)
    monkeypatch.setattr(live, "_silent_until", time.monotonic() - 1)
    assert live.answers()
    assert "Redis answers again" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_newest_of_many_travel_as_one_frame(sent: list[bytes]) -> None:
    with transaction.atomic():
        live.publish_latest(
            live.Latest(f"unit:{key}", 4 + key, {live.DISTRICT, organisation_topic("A")}, {"id": key})
            for key in (1, 2)
        )
        assert sent == []
        live.publish_latest([])
    head = "unit:{} {} district,org:A"
    assert sent == ["\n".join(["~", head.format(1, 5), '{"id":1}', head.format(2, 6), '{"id":2}']).encode()]
