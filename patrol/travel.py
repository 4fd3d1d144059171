"""How long units need to a place: one question, answered by a road server or by an estimate.

The estimate is the straight line × a road factor at a speed by kind; settings change all three. A road server
(`TRAVEL_SERVER`, OSRM or Valhalla) answers for units on wheels. Where it is slow or away the estimate stands in at
once, the answer says so, and the server is left alone for `REST_SECONDS`: no dispatch waits for somebody else's fault.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import numpy as np
from django.conf import settings

from patrol.models import Unit
from patrol.models.unit import EARTH_RADIUS_M

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 0.3
REST_SECONDS = 30.0
_ON_WHEELS = frozenset({Unit.Kind.CAR, Unit.Kind.TRAFFIC, Unit.Kind.RESCUE})

Array = np.ndarray[Any, np.dtype[np.float64]]


class Origin(Protocol):
    """Anything with a kind and a known position in WGS-84 degrees."""

    kind: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Travel:
    """Seconds from each origin, in their order. `by_road` names the indexes that a road server answered.

    `fell_back` is True where a road server is configured and did not answer.
    """

    seconds: Array
    metres: Array
    by_road: frozenset[int]
    fell_back: bool


def travel_to(origins: Sequence[Origin], lat: float, lon: float) -> Travel:
    """How long each of `origins` needs to a place in WGS-84 degrees. No query; one request where a server is set."""
    metres = metres_between(
        points([each.lat for each in origins], [each.lon for each in origins]), points([lat], [lon])
    )[:, 0]
    seconds = estimate(metres, [each.kind for each in origins])
    wheels = [index for index, each in enumerate(origins) if each.kind in _ON_WHEELS]
    server = _road_server()
    if server is None or not wheels:
        return Travel(seconds, metres, frozenset(), fell_back=False)
    answered = server.seconds([origins[index] for index in wheels], lat, lon)
    by_road = {index: value for index, value in zip(wheels, answered, strict=False) if value is not None}
    for index, value in by_road.items():
        seconds[index] = settings.TRAVEL_TURNOUT_SECONDS + value
    return Travel(seconds, metres, frozenset(by_road), fell_back=not by_road)


def estimate(metres: Array, kinds: Sequence[str]) -> Array:
    """Seconds for straight lines of `metres` (units, or units × places) by units of `kinds`."""
    speeds = np.array([settings.TRAVEL_SPEEDS_KMH[kind] / 3.6 for kind in kinds], dtype=np.float64)
    speeds = speeds.reshape((-1,) + (1,) * (metres.ndim - 1))
    seconds: Array = settings.TRAVEL_TURNOUT_SECONDS + metres * settings.TRAVEL_ROAD_FACTOR / speeds
    return seconds


def points(lats: Sequence[float], lons: Sequence[float]) -> Array:
    """Degrees as points on the earth's sphere, metres from its centre: shape (n, 3)."""
    lat, lon = np.radians(np.asarray(lats, dtype=np.float64)), np.radians(np.asarray(lons, dtype=np.float64))
    return EARTH_RADIUS_M * np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
    )


def metres_between(origins: Array, places: Array) -> Array:
    """Metres along the sphere from each origin to each place: shape (origins, places)."""
    # A difference would cost three times the memory; the rounding of the product is below a metre.
    squared = (origins**2).sum(1)[:, None] + (places**2).sum(1)[None, :] - 2 * origins @ places.T
    chord = np.sqrt(np.maximum(squared, 0.0))
    metres: Array = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / (2 * EARTH_RADIUS_M), 1.0))
    return metres


class RoadServer:
    """An OSRM or Valhalla on the intranet; after a failure it is not asked for `REST_SECONDS`."""

    def __init__(self, address: str) -> None:
        """`address`: `osrm+http://host:5000` or `valhalla+http://host:8002`."""
        self._kind, _, self._base = address.partition("+")
        if self._kind not in {"osrm", "valhalla"} or not self._base.startswith("http"):
            raise ValueError(f"TRAVEL_SERVER is {address!r}; write osrm+http://… or valhalla+http://…")
        self._client = httpx.Client(base_url=self._base.rstrip("/"), timeout=TIMEOUT_SECONDS, trust_env=False)
        self._rest_until = 0.0

    def seconds(self, origins: Sequence[Origin], lat: float, lon: float) -> list[float | None]:
        """Driving seconds from each origin, None where there is no way; an empty list while the server rests."""
        if time.monotonic() < self._rest_until:
            return []
        try:
            ask = self._osrm if self._kind == "osrm" else self._valhalla
            return [None if value is None else float(value) for value in ask(origins, lat, lon)]
        except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
            self._rest_until = time.monotonic() + REST_SECONDS
            logger.warning("road server %s rests for %d s: %r", self._base, REST_SECONDS, error)
            return []

    def _osrm(self, origins: Sequence[Origin], lat: float, lon: float) -> list[Any]:
        """https://project-osrm.org/docs/v5.24.0/api/#table-service"""
        stops = ";".join(f"{each.lon:.6f},{each.lat:.6f}" for each in origins)
        answer = self._client.get(
            f"/table/v1/driving/{stops};{lon:.6f},{lat:.6f}",
            params={
                "sources": ";".join(str(index) for index in range(len(origins))),
                "destinations": str(len(origins)),
                "annotations": "duration",
            },
        )
        return [row[0] for row in answer.raise_for_status().json()["durations"]]

    def _valhalla(self, origins: Sequence[Origin], lat: float, lon: float) -> list[Any]:
        """https://valhalla.github.io/valhalla/api/matrix/api-reference/"""
        body = {
            "sources": [{"lat": each.lat, "lon": each.lon} for each in origins],
            "targets": [{"lat": lat, "lon": lon}],
            "costing": "auto",
        }
        answer = self._client.post("/sources_to_targets", json=body)
        return [row[0]["time"] for row in answer.raise_for_status().json()["sources_to_targets"]]


_servers: dict[str, RoadServer] = {}
_servers_lock = threading.Lock()


def _road_server() -> RoadServer | None:
    """The server of the setting; one per process, so that all its threads share its rest."""
    address = settings.TRAVEL_SERVER
    if not address:
        return None
    with _servers_lock:
        if address not in _servers:
            _servers[address] = RoadServer(address)
        return _servers[address]
