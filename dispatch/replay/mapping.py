"""What the columns of a log mean: mapping files, shipped or one's own (docs/replay.md)."""

import json
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

SHIPPED = Path(__file__).parent / "mappings"
TIMES = (
    "received", "entered", "dispatched", "accepted", "departed", "arrived", "reported_back", "closed",
)  # fmt: skip
TEXTS = ("key", "category", "priority", "summary", "address", "caller_name", "caller_phone", "outcome")
PLACES = ("lat", "lon", "point")
FIELDS = frozenset({*TIMES, *TEXTS, *PLACES, "self_initiated"})
_NEEDED = ("key", "received", "category")
_KEYS = frozenset(
    {
        "name", "encoding", "columns", "recognise", "time", "priorities", "categories", "outcomes",
        "self_initiated", "foreign_places",
    }
)  # fmt: skip


class UnreadableLog(Exception):
    """The file or its mapping can't be used at all; the message says what to mend."""


@dataclass(frozen=True)
class LogMapping:
    """One mapping file. `columns` goes from our field to the log's column; `recognise` are columns that must be there."""

    name: str
    columns: Dictionary[str, str]
    recognise: frozenset[str]
    encoding: str = "utf-8-sig"
    time_format: str = "iso"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.TIME_ZONE))
    priorities: Dictionary[str, int] = field(default_factory=dict)
    categories: Dictionary[str, str] = field(default_factory=dict)
    default_category: str | None = None
    outcomes: Dictionary[str, str] = field(default_factory=dict)
    self_initiated: frozenset[str] = frozenset()
    foreign_places: bool = False

    def fits(self, header: Sequence[str]) -> bool:
        return self.recognise <= set(header)

    def instant(self, text: str) -> datetime:
        """The UTC instant of a time in the log; one without an offset is in the log's zone. ValueError otherwise."""
        if self.time_format == "iso":
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, self.time_format)  # noqa: DTZ007 - the zone follows
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def category(self, word: str) -> str:
        """The code of our category for the log's word; without a `map` the word is the code."""
        return self.categories.get(word) or self.default_category or word

    def priority(self, word: str) -> int | None:
        """1 to 4; None, the category's preset, where the log says nothing. ValueError for a word not mapped."""
        if not word:
            return None
        if word not in self.priorities:
            raise ValueError(f"priority {word!r} is not in the mapping")
        return self.priorities[word]


def load_mapping(path: Path) -> LogMapping:
    """Read a mapping file; UnreadableLog names what is wrong in it."""
    try:
        given = json.loads(path.read_text("utf-8"))
        return _mapping(given)
    except OSError as error:
        raise UnreadableLog(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise UnreadableLog(f"{path.name}: {reason}") from error


def recognise(header: Sequence[str]) -> LogMapping:
    """The shipped mapping whose columns are in `header`."""
    for path in sorted(SHIPPED.glob("*.json")):
        mapping = load_mapping(path)
        if mapping.fits(header):
            return mapping
    raise UnreadableLog(
        "The columns are of no log known here. Write a mapping file and name it with --map (docs/replay.md)."
    )


def _mapping(given: dict[str, Any]) -> LogMapping:
    if unknown := sorted(set(given) - _KEYS):
        raise ValueError(f"unknown: {', '.join(unknown)}")
    columns = given["columns"]
    if unknown := sorted(set(columns) - FIELDS):
        raise ValueError(f"unknown fields in columns: {', '.join(unknown)}")
    if missing := [name for name in _NEEDED if name not in columns]:
        raise ValueError(f"columns must name {', '.join(missing)}")
    time = given.get("time", {})
    categories = given.get("categories", {})
    zone = time.get("zone", settings.TIME_ZONE)
    try:
        zone_info = ZoneInfo(zone)
    except (KeyError, ValueError) as error:
        raise ValueError(f"no time zone {zone!r}") from error
    return LogMapping(
        name=given["name"],
        columns=columns,
        recognise=frozenset(given.get("recognise") or (columns[name] for name in _NEEDED)),
        encoding=given.get("encoding", "utf-8-sig"),
        time_format=time.get("format", "iso"),
        zone=zone_info,
        priorities={word: int(value) for word, value in given.get("priorities", {}).items()},
        categories=categories.get("map", {}),
        default_category=categories.get("default"),
        outcomes=given.get("outcomes", {}),
        self_initiated=frozenset(given.get("self_initiated", ())),
        foreign_places=bool(given.get("foreign_places", False)),
    )
