"""A table of place names, csv or xlsx, as rows: headings in Chinese or English, in any order."""

from typing import IO

from django.utils.translation import gettext as _

from boshan_police.kernel import spreadsheet
from boshan_police.kernel.errors import Invalid

from .column import folded

LIMITS = spreadsheet.Limits(bytes=32 * 1024**2, rows=200_000, columns=60, unpacked=160 * 1024**2)
COLUMNS = {
    "name": ("名称", "地名", "name"),
    "aliases": ("别名", "aliases"),
    "address": ("地址", "address"),
    "kind": ("类别", "kind"),
    "lat": ("纬度", "lat", "latitude"),
    "lon": ("经度", "lon", "lng", "longitude"),
    "source": ("来源", "source"),
}
_NEEDED = ("name", "lat", "lon")
_COLUMN_OF = {heading: column for column, headings in COLUMNS.items() for heading in headings}
Row = dict[str, str]


def read_table(file: IO[bytes], name: str, size: int) -> list[Row]:
    """The rows below the headings, as text, keyed by `COLUMNS`; `_line` is the line in the file, from 2.

    Invalid for what is no table (`spreadsheet.read`) and where a needed column is missing (`columns_missing`).
    """
    (_line, headings), *lines = spreadsheet.read(file, name, size, LIMITS)
    columns = [_COLUMN_OF.get(folded(heading), "") for heading in headings]
    if missing := [column for column in _NEEDED if column not in columns]:
        wanted = ", ".join(" / ".join(COLUMNS[column]) for column in missing)
        raise Invalid("columns_missing", _("The first line lacks: %s.") % wanted, field="file")
    rows = []
    for number, cells in lines:
        row = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        if any(row.values()):
            rows.append({**row, "_line": str(number)})
    return rows
