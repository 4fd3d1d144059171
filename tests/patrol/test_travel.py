"""How long units need: the estimate, a road server, and a road server that fails."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from patrol import travel

PLACE = (36.50, 117.88)


def unit(kind: str, lat: float, lon: float) -> Any:
    return SimpleNamespace(kind=kind, lat=lat, lon=lon)


@pytest.fixture
def road_server(settings: Any) -> Iterator[Callable[..., list[str]]]:
    """`road_server(kind, answer)` serves `answer` (JSON, or a callable that may misbehave); returns what was asked."""
    started = []

    def serve(kind: str, answer: Any) -> list[str]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                asked.append(self.path)
                body = answer() if callable(answer) else answer
                payload = json.dumps(body).encode()
                with suppress(ConnectionError):  # who asked may have given up
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)

            do_GET = do_POST = _reply

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        settings.TRAVEL_SERVER = f"{kind}+http://127.0.0.1:{server.server_port}"
        return asked

    yield serve
    for server in started:
        server.shutdown()
        server.server_close()


def test_a_kilometre_north(settings: Any) -> None:
    settings.TRAVEL_ROAD_FACTOR, settings.TRAVEL_TURNOUT_SECONDS = 1.5, 10.0
    settings.TRAVEL_SPEEDS_KMH = {"car": 36.0, "foot": 3.6}
    north = PLACE[0] + 1000 / 111_195.08  # metres in a degree of the meridian on the sphere of the product
    found = travel.travel_to([unit("car", north, PLACE[1]), unit("foot", north, PLACE[1])], *PLACE)
    assert found.metres.tolist() == pytest.approx([1000, 1000], abs=0.5)
    assert found.seconds.tolist() == pytest.approx([160, 1510], abs=0.5)
    assert (found.by_road, found.fell_back) == (frozenset(), False)


def test_nobody_to_ask_for() -> None:
    assert travel.travel_to([], *PLACE).seconds.tolist() == []


def test_osrm_answers_for_wheels_only(road_server: Any, settings: Any) -> None:
    settings.TRAVEL_TURNOUT_SECONDS = 10.0
    asked = road_server("osrm", {"durations": [[100.0], [None]]})
    cars = [unit("car", 36.51, 117.88), unit("foot", 36.5, 117.88), unit("rescue", 36.6, 117.88)]
    found = travel.travel_to(cars, *PLACE)
    assert found.by_road == {0}  # no way for the third: its estimate stands
    assert found.seconds[0] == 110.0
    assert not found.fell_back
    assert asked == [
        "/table/v1/driving/117.880000,36.510000;117.880000,36.600000;117.880000,36.500000"
        "?sources=0%3B1&destinations=2&annotations=duration"
    ]


def test_valhalla(road_server: Any, settings: Any) -> None:
    settings.TRAVEL_TURNOUT_SECONDS = 0.0
    asked = road_server("valhalla", {"sources_to_targets": [[{"time": 77, "distance": 1.2}]]})
    found = travel.travel_to([unit("traffic", 36.51, 117.88)], *PLACE)
    assert (found.seconds.tolist(), asked) == ([77.0], ["/sources_to_targets"])


@pytest.mark.parametrize("answer", [{"code": "NoTable"}, {"durations": "x"}, [], {"durations": [[{}]]}])
def test_nonsense_falls_back_and_rests(road_server: Any, answer: Any) -> None:
    asked = road_server("osrm", answer)
    for _ in range(3):
        found = travel.travel_to([unit("car", 36.51, 117.88)], *PLACE)
        assert found.fell_back
        assert found.seconds[0] > 0
    assert len(asked) == 1  # it is left alone after the first failure


def test_a_server_that_hangs_costs_one_short_wait(road_server: Any) -> None:
    release = threading.Event()
    asked = road_server("osrm", lambda: release.wait(20) and {})
    began = time.monotonic()
    for _ in range(5):
        assert travel.travel_to([unit("car", 36.51, 117.88)], *PLACE).fell_back
    waited = time.monotonic() - began
    release.set()
    assert len(asked) == 1
    assert waited < 10  # five waits without a limit would be a hundred seconds


def test_nobody_listens(settings: Any) -> None:
    settings.TRAVEL_SERVER = "osrm+http://127.0.0.1:9"
    assert travel.travel_to([unit("car", 36.51, 117.88)], *PLACE).fell_back


def test_a_setting_that_cannot_be_meant(settings: Any) -> None:
    settings.TRAVEL_SERVER = "127.0.0.1:5000"
    with pytest.raises(ValueError, match="TRAVEL_SERVER"):
        travel.travel_to([unit("car", 36.51, 117.88)], *PLACE)
