"""What a browser's board holds, for tests that compare it with a fresh snapshot."""

import json
from typing import Any

from boshan_police.kernel.rendering import to_json
from dispatch.lifecycle import OPEN
from dispatch.selectors import board
from grid.access import scope_of
from patrol.selectors.unit import units_in


class HeldBoard:
    """What a browser of one scope holds: a snapshot, and the events of its topics (static/js/lib/live.js in short)."""

    def __init__(self, viewer: Any) -> None:
        self.viewer, self.scope = viewer, scope_of(viewer)
        fresh = self.fresh()
        self.incidents, self.units, self.gone = *fresh, {}

    def fresh(self) -> tuple[dict[str, Any], dict[int, Any]]:
        """The incidents and units of a snapshot, as they arrive."""
        incidents = board.incident_rows(board.open_incidents(self.scope))
        units = board.unit_rows(units_in(self.scope))
        shown = json.loads(to_json([incidents, units]))
        return {row["number"]: row for row in shown[0]}, {row["id"]: row for row in shown[1]}

    def hear(self, topics: set[str], frame: dict[str, Any]) -> None:
        if not topics & self.scope.topics:
            return
        row = {key: value for key, value in frame.items() if key not in {"type", "event", "left"}}
        if frame["type"] == "unit" and row["version"] > self.units.get(row["id"], {"version": 0})["version"]:
            self.units[row["id"]] = row
        if frame["type"] == "incident":
            self._take(row, shown=row["status"] in OPEN and not frame.get("left"))

    def _take(self, row: dict[str, Any], *, shown: bool) -> None:
        number = row["number"]
        held = self.incidents.get(number, {"version": self.gone.get(number, 0)})["version"]
        if row["version"] <= held:
            return
        if shown:
            self.incidents[number] = row
            self.gone.pop(number, None)
        else:
            self.incidents.pop(number, None)
            self.gone[number] = row["version"]
