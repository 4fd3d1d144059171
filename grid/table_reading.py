"""A file's rows as a table's columns read them, with everything that is wrong in them said at its cell."""

from collections.abc import Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from boshan_police.kernel.inputs import shortened
from boshan_police.kernel.spreadsheet import Row

from .column import Column, Values, cleaned, folded, heading, in_both_languages
from .table import Table

_STEP = 1000  # rows between two words about progress


@dataclass(frozen=True)
class Remark:
    """What is wrong, or to be looked at, in one cell. Row 0 is the file as a whole, an empty column the whole row."""

    row: int
    column: str
    value: str
    words: str


@dataclass(frozen=True)
class Change:
    """A row to be added or changed: (column, before, after) of each cell that differs."""

    row: int
    key: str
    new: bool
    cells: list[tuple[str, str, str]]


@dataclass
class Found:
    """What a file would do. `digest` tells whether it would still do the same."""

    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    same: int = 0
    digest: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are added, changed and the same."""
        added = sum(change.new for change in self.changes)
        return {"added": added, "changed": len(self.changes) - added, "same": self.same}


@dataclass
class Line:
    """One row of the file: the texts and values of the cells it has."""

    number: int
    texts: dict[str, str]
    values: Values


Groups = dict[tuple[Hashable, ...], list[Line]]
"""The rows of one thing, by its key."""


class Reading:
    """Reads the rows of one file; `found` collects."""

    def __init__(self, table: Table) -> None:
        self.table, self.found = table, Found()
        self.wrong: set[int] = set()  # the rows with an error
        self.columns = {column.name: column.opened() for column in table.columns}
        self.inner = {column.name: column.opened() for column in (table.inner.columns if table.inner else ())}

    def grouped(self, rows: Sequence[Row]) -> Generator[int, None, Groups]:
        """All rows, grouped by what they are rows of; yields how far it is. Asks the database nothing."""
        groups: Groups = {}
        places = self.places(rows[0])
        if places is None:
            return groups
        for number, cells in rows[1:]:
            if number % _STEP == 0:
                yield number
            line = self.line(number, cells, places)
            if line is not None:
                groups.setdefault(tuple(line.values[name] for name in self.table.key), []).append(line)
        return groups

    def places(self, head: Row) -> dict[str, int] | None:
        """{column: place} from the heading, in either language; None with an error where it can't be meant."""
        number, cells = head
        names = {}
        for column in self.table.all_columns:
            for words in {*in_both_languages(column.label), column.name}:
                names[words] = column.name
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = names.get(folded(cell))
            if name is None and cell:
                known = ", ".join(heading(column) for column in self.table.all_columns)
                words = _("This column is not known. Known are: %(known)s.") % {"known": known}
                self.error(number, cell, "", words)
            elif name in places:
                self.error(number, cell, "", _("This column stands twice in the file."))
            elif name:
                places[name] = place
        for name in self.table.key:
            if name not in places:
                self.error(number, heading(self.columns[name]), "", _("This column is missing: it tells the rows apart."))  # fmt: skip
        return None if self.found.errors else places

    def line(self, number: int, cells: list[str], places: Mapping[str, int]) -> Line | None:
        """The row's values; None if it can't be told which row is meant."""
        line = Line(number, {}, {})
        for name, place in places.items():
            column = self.column(name)
            text = line.texts[name] = cells[place] if place < len(cells) else ""
            try:
                if name in self.table.key and not text:
                    raise ValidationError(_("This field is required."))
                if name in self.inner and not text:
                    continue
                line.values[name] = column.read(cleaned(text))
            except ValidationError as error:
                self.error(number, heading(column), text, " ".join(error.messages))
                if name in self.table.key:
                    return None
        return line

    def column(self, name: str) -> Column:
        return self.columns.get(name) or self.inner[name]

    def agree(self, lines: list[Line]) -> None:
        """Several rows of one thing: not at all, or saying the same of it."""
        first, *others = lines
        for line in others:
            if not self.inner:
                name = self.table.key[0]
                words = _("The same key stands in row %(row)s.") % {"row": first.number}
                self.error(line.number, heading(self.columns[name]), line.texts[name], words)
                continue
            for name, column in self.columns.items():
                if line.texts.get(name) and line.values.get(name) != first.values.get(name):
                    said = {"row": first.number, "value": shortened(first.texts.get(name, ""))}
                    self.error(line.number, heading(column), line.texts[name], _("Row %(row)s of the same says “%(value)s”; they must agree.") % said)  # fmt: skip

    def values(self, child: models.Model) -> Values:
        return {name: column.value(child) for name, column in self.inner.items()}

    def full(self, line: Line) -> Values:
        """An inner row's values, with those a new one has where the file says nothing."""
        assert self.table.inner  # noqa: S101
        return self.values(self.table.inner.model()) | {n: v for n, v in line.values.items() if n in self.inner}  # fmt: skip

    def error(self, row: int, column: str, value: str, words: str) -> None:
        remark = Remark(row, shortened(column), shortened(value), words)
        if remark not in self.found.errors[-20:]:
            self.found.errors.append(remark)
            self.wrong.add(row)
