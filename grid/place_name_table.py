"""A table of place names, csv or xlsx, as rows: headings in Chinese or English, in any order."""

import csv
import io
import unicodedata
from typing import Any

import openpyxl
from django.utils.translation import gettext as _

from boshan_police.kernel.errors import Invalid

MOST_ROWS = 200_000
MOST_BYTES = 32 * 1024 * 1024
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


def read_table(name: str, content: bytes) -> list[Row]:
    """The rows below the headings, as text, keyed by `COLUMNS`; `_line` is the line in the file, from 2.

    Invalid for what is no table: neither csv (UTF-8 or GB 18030) nor xlsx, a needed column missing, too long.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("file_too_large", _("A file has at most 32 MB."), field="file")
    lines = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    headings = [_COLUMN_OF.get(_clean(cell).lower(), "") for cell in (lines[0] if lines else [])]
    if missing := [column for column in _NEEDED if column not in headings]:
        wanted = ", ".join(" / ".join(COLUMNS[column]) for column in missing)
        raise Invalid("columns_missing", _("The first line lacks: %s.") % wanted, field="file")
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        row = {
            column: _clean(cell)
            for column, cell in zip(headings, cells, strict=False)
            if column
        }  # fmt: skip
        if any(row.values()):
            rows.append({**row, "_line": str(number)})
    if len(rows) > MOST_ROWS:
        raise Invalid("too_many_rows", _("A file has at most %s rows.") % f"{MOST_ROWS:,}", field="file")
    return rows


def _clean(cell: Any) -> str:
    return "" if cell is None else unicodedata.normalize("NFC", str(cell)).replace("\ufeff", "").strip()


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):  # the second is what Excel in China saves
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error:
            break
    raise Invalid(
        "not_a_table", _("This is neither a csv file (UTF-8 or GB 18030) nor an xlsx file."), field="file"
    )


def _xlsx(content: bytes) -> list[list[Any]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [list(line) for line in book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2)]
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever a broken archive happens to hit
        raise Invalid(
            "not_a_table", _("This is neither a csv file (UTF-8 or GB 18030) nor an xlsx file."), field="file"
        ) from error
