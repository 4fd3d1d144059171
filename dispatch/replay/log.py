"""Reading a log: rows in the field's own words, and the ones that make no sense, by line."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from .mapping import TIMES, LogMapping, UnreadableLog, recognise

KEY_LENGTH = 60
_POINT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)


@dataclass(frozen=True)
class LogRow:
    """One row. Instants are UTC, None where the log holds none; the point is WGS-84 degrees, as in the log."""

    line: int
    key: str
    category: str
    priority: int | None
    summary: str
    address: str
    caller_name: str
    caller_phone: str
    outcome: str
    self_initiated: bool
    lat: float | None
    lon: float | None
    received: datetime
    entered: datetime | None
    dispatched: datetime | None
    accepted: datetime | None
    departed: datetime | None
    arrived: datetime | None
    reported_back: datetime | None
    closed: datetime | None


@dataclass(frozen=True)
class BadRow:
    """A row that can't be played. `line` counts from 1, the header included, as an editor shows it."""

    line: int
    reason: str


@dataclass(frozen=True)
class Log:
    """A log as read. `source` names it for `ReplayedRow`: the same file under the same name goes on where it stopped."""

    source: str
    mapping: LogMapping
    rows: list[LogRow]
    bad: list[BadRow]
    missing_columns: list[str]


def read_log(path: Path, mapping: LogMapping | None = None, *, run: str = "") -> Log:
    """Read `path` whole; without `mapping` a shipped one is chosen by the header. UnreadableLog if it is no log at all."""
    header, first_line = _header(path, mapping.encoding if mapping else "utf-8-sig")
    mapping = mapping or recognise(header)
    if not mapping.fits(header):
        absent = ", ".join(sorted(mapping.recognise - set(header)))
        raise UnreadableLog(f"{path.name} has no column {absent}, which the mapping “{mapping.name}” needs.")
    rows: list[LogRow] = []
    bad: list[BadRow] = []
    lines: dict[str, int] = {}
    for line, cells in islice(_cells(path, mapping.encoding), 1, None):
        try:
            row = _row(line, header, cells, mapping)
            if row.key in lines:
                raise ValueError(f"the same key {row.key} as line {lines[row.key]}")
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
        else:
            lines[row.key] = line
            rows.append(row)
    return Log(
        source=hashlib.sha256("\n".join((path.name, first_line, run)).encode()).hexdigest(),
        mapping=mapping,
        rows=rows,
        bad=bad,
        missing_columns=sorted(set(mapping.columns.values()) - set(header)),
    )


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            first_line = file.readline().strip()
    except OSError as error:
        raise UnreadableLog(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableLog(f"{path.name} is not {encoding}; name its encoding in the mapping.") from error
    return next(csv.reader([first_line]), []), first_line


def _cells(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the header and of every row that is not blank; the line is the row's first."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error:
                    cells = [
                        "unreadable"
                    ]  # fits no header, so it is reported like any row with too few cells
                if cells is None:
                    return
                if cells:
                    yield line, cells
    except UnicodeDecodeError as error:
        raise UnreadableLog(f"{path.name} is not {encoding}; name its encoding in the mapping.") from error


def _row(line: int, header: list[str], cells: list[str], mapping: LogMapping) -> LogRow:
    """ValueError says what is wrong with the row."""
    if len(cells) != len(header):
        raise ValueError(f"{len(cells)} cells where the header has {len(header)}")
    named = dict(zip(header, cells, strict=True))
    given = {field: named.get(column, "").strip() for field, column in mapping.columns.items()}
    times = {field: _instant(given.get(field, ""), field, mapping) for field in TIMES}
    received = times.pop("received")
    if received is None:
        raise ValueError("no time of receipt")
    if not given["key"]:
        raise ValueError("no key")
    if len(given["key"]) > KEY_LENGTH:
        raise ValueError(f"the key is longer than {KEY_LENGTH} characters")
    lat, lon = _point(given)
    outcome = given.get("outcome", "")
    return LogRow(
        line=line,
        key=given["key"],
        category=mapping.category(given["category"]),
        priority=mapping.priority(given.get("priority", "")),
        summary=given.get("summary", ""),
        address=given.get("address", ""),
        caller_name=given.get("caller_name", ""),
        caller_phone=given.get("caller_phone", ""),
        outcome=mapping.outcomes.get(outcome, outcome),
        self_initiated=given.get("self_initiated", "") in mapping.self_initiated,
        lat=lat,
        lon=lon,
        received=received,
        **times,
    )


def _instant(text: str, field: str, mapping: LogMapping) -> datetime | None:
    if not text:
        return None
    try:
        return mapping.instant(text)
    except ValueError as error:
        raise ValueError(f"{mapping.columns[field]} is no time: {text!r}") from error


def _point(given: dict[str, str]) -> tuple[float | None, float | None]:
    if "point" in given:
        text = given["point"]
        found = _POINT.fullmatch(text)
        if text and not found:
            raise ValueError(f"no point: {text!r}")
        lon, lat = found.groups() if found else ("", "")
    else:
        lat, lon = given.get("lat", ""), given.get("lon", "")
    if not lat and not lon:
        return None, None
    try:
        point = float(lat), float(lon)
    except ValueError as error:
        raise ValueError(f"no point: {lat!r} {lon!r}") from error
    if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
        raise ValueError(f"the point {lat} {lon} is not on the earth")
    return point
