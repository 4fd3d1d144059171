"""Reads of devices: who reports, and for which unit."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grid.access import Scope
from grid.coordinates import Point
from patrol.models import Device

_COLUMNS = (
    "id", "identifier", "unit_id", "system", "doubt_at", "doubt_lat", "doubt_lon", "token_digest",
    "unit__organisation_id",
)  # fmt: skip


@dataclass(slots=True)
class Reporter:
    """An active device, as far as its points need it. `doubt` is where and when it last jumped to."""

    key: int
    unit: int
    system: str
    doubt_at: datetime | None
    doubt: Point | None


def reporters(identifiers: Iterable[str], scope: Scope) -> tuple[dict[str, Reporter], set[str]]:
    """Those of `identifiers` that speak for units in the hands of `scope`, and the names of all that exist. One query.

    In its hands are all units for the district, and the organisation's own for everybody else.
    """
    rows = list(Device.objects.filter(identifier__in=list(identifiers)).values_list(*_COLUMNS, "active"))
    mine = {
        identifier: _reporter(*row)
        for identifier, row, organisation, active in (
            (row[1], (row[0], *row[2:7]), row[8], row[9]) for row in rows
        )
        if active and (scope.kind == "district" or organisation == scope.organisation)
    }
    return mine, {row[1] for row in rows}


def reporter_presenting(identifier: str, token: str) -> Reporter | None:
    """The active device that `token` belongs to; None for a wrong token and for an unknown device alike. One query."""
    row = Device.objects.filter(identifier=identifier, active=True).values_list(*_COLUMNS).first()
    digest = row[7] if row else ""
    # Compared even without a device, so that the time tells nothing.
    is_right = hmac.compare_digest(digest.encode(), token_digest(token).encode())
    return _reporter(row[0], *row[2:7]) if row and is_right else None


def devices_of_units() -> dict[int, str]:
    """{unit key: the name of an active device of it}. One query."""
    return dict(Device.objects.filter(active=True).values_list("unit", "identifier"))


def token_digest(token: str) -> str:
    """What is stored of a device's token. Tokens are random and long, so a plain hash keeps them."""
    return hashlib.sha256(token.encode()).hexdigest()


def _reporter(
    key: int, unit: int, system: str, doubt_at: datetime | None, lat: float | None, lon: float | None
) -> Reporter:
    return Reporter(key, unit, system, doubt_at, None if lat is None or lon is None else (lat, lon))
