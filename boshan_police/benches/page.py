"""The board in a real browser: 500 open incidents and 2,000 units, from the address to the last marker, then by hand.

Needs Chromium and Playwright (the test environment has both); it draws in software. A frame is what the page's own
work takes, from the frame's start to its drawing being handed on. The time between two frames is told beside it: at
60 Hz it is never below 16.7 ms, and above it when a frame was missed.
"""

import os
import shutil
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from boshan_police.demo_world.world import seed_world
from dispatch.models import Incident
from grid.models import Organisation, User
from patrol.models import Unit

from .district import plant_incidents, plant_units
from .lean_client import percentile
from .scratch import own_channel, scratch_database, web_server

INCIDENTS, UNITS = 500, 2_000
VISITS = 5
SIZE = {"width": 1920, "height": 1080}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
_FRAMES = """() => {
  window.frames_ = [];
  let last = 0;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => window.frames_?.push([performance.now() - data.now, data.since]);
  const next = (now) => {
    if (last) channel.port2.postMessage({ now, since: now - last });  // comes when this frame has been drawn
    last = now;
    if (window.frames_) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
_TIMES = """() => {
  const first = performance.getEntriesByName("board:whole")[0];
  const ground = performance.getEntriesByName("board:ground")[0];
  return first && ground && {whole: first.startTime, ground: ground.duration, shown: first.detail};
}"""


def run() -> dict[str, Any]:
    """Milliseconds, medians of some visits: `ms` from navigation to the first picture that holds every row, `grids_ms`
    from the map's beginning to the picture of the 696 grids, which the page has asked for by then; `frame_p95_ms` of the page's work per frame while the hand pans and zooms."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise RuntimeError("this benchmark needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright  # a test dependency: only this benchmark needs it

    with scratch_database(), own_channel(), mock.patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true"):
        cookie = _plant()
        with web_server({"DJANGO_ALLOW_ASYNC_UNSAFE": ""}) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path,
                args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            )
            context = browser.new_context(viewport=SIZE, locale="zh-CN")
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.http}])
            page = context.new_page()
            board = f"{server.http}/board/"
            _visit(page, board)  # fills the cache
            visits = [_visit(page, board) for _ in range(VISITS - 1)]
            frames = _pan(page)
            browser.close()
    return {
        "incidents": INCIDENTS,
        "units": UNITS,
        "ms": percentile([visit["whole"] for visit in visits], 0.5),
        "grids_ms": percentile([visit["ground"] for visit in visits], 0.5),
        "frame_p50_ms": percentile([work for work, _between in frames], 0.5),
        "frame_p95_ms": percentile([work for work, _between in frames], 0.95),
        "between_frames_p95_ms": percentile([between for _work, between in frames], 0.95),
        "frames": len(frames),
    }


def _plant() -> str:
    """The demo district filled up to the wanted numbers; a session of its dispatcher."""
    seed_world(1)
    stations = list(
        Organisation.objects.filter(kind=Organisation.Kind.STATION).values_list("code", flat=True)
    )
    on_duty = Unit.objects.exclude(status=Unit.Status.OFF_DUTY).count()
    plant_incidents(INCIDENTS, plant_units(UNITS - on_duty, stations), category="noise")
    if Incident.objects.count() != INCIDENTS:
        raise RuntimeError("the district holds more incidents than were planted")
    person = User.objects.get(username="dispatcher")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _visit(page: Any, address: str) -> dict[str, Any]:
    page.wait_for_timeout(2000)  # what the last visit still has to do is not this one's
    page.goto(address)
    page.wait_for_function(_TIMES)
    times: dict[str, Any] = page.evaluate(_TIMES)
    if times["shown"] != {"incidents": INCIDENTS, "units": UNITS}:
        raise RuntimeError(f"the first whole picture shows {times['shown']}")
    return times


def _pan(page: Any) -> list[tuple[float, float]]:
    """(work, time since the frame before) of each frame of some drags to and fro at three zooms."""
    box = page.locator("[data-map]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.wait_for_timeout(1000)
    page.evaluate(_FRAMES)
    for wheel in (0, -360, -360):
        page.mouse.move(x, y)
        page.mouse.wheel(0, wheel)
        for dx, dy in ((250, 120), (-400, -150), (300, 200)):
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + dx, y + dy, steps=40)
            page.mouse.up()
    frames: list[tuple[float, float]] = page.evaluate(
        "() => { const all = window.frames_; window.frames_ = null; return all; }"
    )
    return frames
