"""Fixtures of all tests: the cast, and clients that speak as one of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import translation
from knox.models import AuthToken

from boshan_police.benches.scratch import own_channel, server_environment
from boshan_police.benches.workers import own_redis_database
from boshan_police.kernel import clock
from boshan_police.kernel.reference import forget_all
from grid.models import User

from .emptying import empty_tables
from .nursery import Nursery, nursery
from .world import build_world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Tests that commit empty the tables in our way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_redis() -> Iterator[None]:
    """Where the suite is spread over several processes, each has a database of Redis, and a channel, of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    with pytest.MonkeyPatch.context() as patch:
        if worker:
            own = {
                "REDIS_URL": own_redis_database(settings.REDIS_URL, int(worker.removeprefix("gw"))),
                "LIVE_CHANNEL": f"{settings.LIVE_CHANNEL}.{worker}",
            }
            for name, value in own.items():
                patch.setattr(settings, name, value)
                patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Source language, so that tests read as the code does; a test of the Chinese text asks for it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _fresh_references() -> None:
    """Reference data is held in the process, and a test rolls the database back under it."""
    forget_all()


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """The cast of `tests.world` in the database, rolled back afterwards."""
    return build_world()


@pytest.fixture
def committed_world(transactional_db: None) -> SimpleNamespace:
    """The same cast, committed, for tests with several connections or threads; the tables are emptied afterwards."""
    return build_world()


@pytest.fixture(scope="session")
def servers(django_db_setup: None) -> Iterator[Nursery]:
    """Servers on the tests' database, whose hints go over a channel of their own; heartbeats come each half second."""
    with own_channel(), nursery({**server_environment(), "LIVE_HEARTBEAT_SECONDS": "0.5"}) as found:
        yield found


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], datetime]]:
    """`clock_at(instant)` holds the product's clock there until the test ends, or until the next call."""
    with ExitStack() as held:

        def hold(instant: datetime) -> datetime:
            held.enter_context(clock.at(instant))
            return instant

        yield hold


class ApiClient(Client):
    """A machine with a token: JSON in, JSON out, errors of the server raised."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(headers={"Accept-Language": "en"})
        if user:
            _token, secret = AuthToken.objects.create(user)
            self.defaults["HTTP_AUTHORIZATION"] = f"Token {secret}"

    def send(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST `body` as JSON to `/api/…`."""
        return self.post(
            f"/api/{path}", {} if body is None else body, content_type="application/json", headers=headers
        )

    def read(self, path: str, **query: Any) -> Any:
        """GET `/api/…`."""
        return self.get(f"/api/{path}", query)


@pytest.fixture
def api(world: SimpleNamespace) -> Callable[[User | None], ApiClient]:
    """`api(world.dispatcher)` is a client of the API with that person's token; `api(None)` has none."""
    return ApiClient
