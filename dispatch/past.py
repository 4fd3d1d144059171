"""What an act keeps of the board's row in its last timeline entry (`TimelineEntry.board`), and how a row is read from it.

The row is the one the boards were told, so a look back shows what they showed. Words that people said are not kept a
second time: what an act seldom changes is read from the incident, and whoever does change it leaves what it `was`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from boshan_police.kernel.rendering import to_json

_EMPTY: dict[str, Any] = {
    "status": None,
    "station": None,
    "stage": "",
    "stage_since": None,
    "limit_at": None,
    "updated_at": None,
    "reinforcement": "",
    "reinforcement_at": None,
    "offered_to": None,
    "offered_at": None,
    "escalation": None,
    "assignments": [],
}
_LASTING = {
    "category_id": "category",
    "priority": "priority",
    "summary": "summary",
    "address": "address",
    "lat": "lat",
    "lon": "lon",
    "outside_district": "outside",
    "reported_at": "reported_at",
}
"""Column of the incident: key of the row. `grid_id`, which makes two keys, stands beside them."""


def kept(row: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What to keep of the board's `row` after an act that `changed` these columns ({column: what it was}), as plain JSON."""
    state = {key: row[key] for key, empty in _EMPTY.items() if row[key] != empty}
    was: dict[str, Any] = {_LASTING[name]: value for name, value in changed.items() if name in _LASTING}
    if "grid_id" in changed:
        was["grid_id"] = changed["grid_id"]
    plain: dict[str, Any] = orjson.loads(to_json({**state, "was": was} if was else state))
    return plain


def row_of(
    lasting: Mapping[str, Any], version: int | None, state: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The board's row of an incident: what lasts of it, and the state that entry `version` kept. None: nobody kept it."""
    row = {**lasting, "version": version}
    for key, empty in _EMPTY.items():
        row[key] = (state or {}).get(key, empty)
    return row
