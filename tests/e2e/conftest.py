"""A real Chromium against the running product; each role in a browser of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from boshan_police.benches.page import BROWSERS
from boshan_police.benches.scratch import Server, server_environment
from dispatch.models import Incident
from dispatch.services.incident import incident_file
from grid.models import User
from tests.live_server import portal, session_headers  # noqa: F401 - portal is a fixture
from tests.world import IN_EAST, IN_SOUTH

NAMES = ("chromium-headless-shell", *BROWSERS)  # the same engine without a window: two thirds of the time
MISSING = "No Chromium on this machine. Install it with: sudo apt-get install -y chromium-headless-shell"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=15_000)  # a slow machine is no fault: how fast it is, the benches say


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Playwright's event loop runs in this thread, and Django would refuse its synchronous database there."""
    kept = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if kept is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Without one the tests are skipped, or fail where BOSHAN_REQUIRE_BROWSER=1 asks for it."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("BOSHAN_REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        # A container has neither the rights for Chromium's sandbox nor much shared memory.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()
        # Beside a running event loop Django holds a connection apart, which nobody would find afterwards.
        connections.close_all()


class Desk:
    """One person at one screen: a browser of its own, signed in."""

    def __init__(
        self, server: Server, context: BrowserContext, errors: list[str], *, scripted: bool = True
    ) -> None:
        self.server, self.context, self.errors, self.scripted = server, context, errors, scripted
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        # Lost requests are told on the console too, and offline tests lose them on purpose.
        self.page.on("pageerror", lambda error: errors.append(str(error)))

    def open(self, path: str) -> Page:
        """`path`, as soon as its scripts answer to a hand."""
        self.page.goto(f"{self.server.http}{path}")
        if self.scripted:
            expect(self.page.locator("[data-mount]:not([data-mounted])")).to_have_count(0)
        return self.page

    def api(self, path: str) -> Any:
        """GET `/api/…` as this person."""
        answer = self.context.request.get(f"{self.server.http}/api/{path}")
        assert answer.ok, answer.text()
        return answer.json()


def answer_twice(page: Page, words: str) -> None:
    """Answer the question that stands open; the first answer is lost, so it comes back with its words and goes again."""
    field = page.locator("#ask-text")
    field.fill(words)
    field.press("Enter")
    expect(page.locator("dialog .error-line")).to_contain_text("The server did not answer")
    expect(field).to_have_value(words)
    field.press("Enter")


def intercept(page: Page, pattern: str, handler: Callable[..., object], **options: Any) -> None:
    """`page.route` on a page that stands, with requests from now on.

    Chromium answers before its page knows: of requests made at once some 2 in 100 went through. So it is asked until
    one was caught. The first route stays, or the next would begin anew.
    """
    page.route("**/caught", lambda route: route.fulfill(body="caught"))
    page.route(pattern, handler, **options)
    page.wait_for_function("async () => (await (await fetch('/caught')).text()) === 'caught'")


@pytest.fixture
def fight(committed_world: SimpleNamespace) -> Incident:
    """A fight in the East, filed a moment ago, that nobody has taken."""
    return incident_file(
        actor=committed_world.watch, category="fight", summary="Fight outside a shop", **IN_EAST
    ).incident


@pytest.fixture
def noise(committed_world: SimpleNamespace) -> Incident:
    """Loud music in the South, likewise."""
    return incident_file(
        actor=committed_world.watch, category="noise", summary="Loud music", **IN_SOUTH
    ).incident


@pytest.fixture
def sit(portal: Server, chromium: Browser) -> Iterator[Callable[..., Desk]]:  # noqa: F811
    """`sit(user)` is a signed-in desk; `screen=PHONE` a phone, `language="en"` English, `user=None` nobody yet.

    An error in a page's script fails the test.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def sit_down(
        user: User | None, screen: dict[str, int] = DESK, language: str = "zh-hans", **options: Any
    ) -> Desk:
        context = chromium.new_context(
            viewport=screen,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=screen is PHONE,
            **options,
        )
        contexts.append(context)
        cookies = [{"name": "django_language", "value": language, "url": portal.http}]
        if user:
            name, value = session_headers(user)["Cookie"].split("=", 1)
            cookies.append({"name": name, "value": value, "url": portal.http})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        return Desk(portal, context, errors, scripted=options.get("java_script_enabled", True))

    yield sit_down
    for context in contexts:
        context.close()
    assert not errors, errors


@contextmanager
def _timers(folder: Path) -> Iterator[None]:
    """A real worker with its beat, on the database and the Redis of this process."""
    command = [sys.executable, "-m", "celery", "-A", "boshan_police", "worker", "--beat", "--concurrency=1"]
    command += ["--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=server_environment(), stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def timers(portal: Server, tmp_path: Path) -> Iterator[None]:  # noqa: F811
    """The escalation timers run, as in the product."""
    with _timers(tmp_path):
        yield


@pytest.fixture
def story() -> Callable[[Desk, str], list[SimpleNamespace]]:
    """`story(desk, number)`: the timeline as that person reads it, oldest first."""

    def read(desk: Desk, number: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(**entry) for entry in desk.api(f"incidents/{number}/events/")["results"]]

    return read
