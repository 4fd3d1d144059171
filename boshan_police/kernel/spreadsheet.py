"""Tables as files: Excel workbooks and csv, read as plain text and written so that nothing in them is ever run.

What comes in is hostile until shown otherwise: sizes are checked before anything is unpacked, formulas, macros and
links to other files are refused, and a cell is text and nothing else.
"""

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .errors import Invalid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

_MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What is read of a file at most: bytes as it comes, rows below the heading, columns, bytes of a workbook unpacked."""

    bytes: int
    rows: int
    columns: int
    unpacked: int


TABLE = Limits(bytes=5 * _MB, rows=20_000, columns=60, unpacked=64 * _MB)
"""A workbook of 20,000 rows unpacks to about a tenth of it."""

BROKEN_ARCHIVE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error, lzma.LZMAError
)  # fmt: skip
"""What `zipfile` raises where an archive is damaged."""

Row = tuple[int, list[str]]
"""A row's number as a spreadsheet shows it, and its cells."""

_RUN_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins with these
_NUMBER = re.compile(r"-?\d{1,11}(\.\d{1,10})?")  # longer ones are codes and phones


def read(file: IO[bytes], name: str, size: int, limits: Limits = TABLE) -> list[Row]:
    """The rows of the first sheet, blank ones left out, cells stripped at their ends.

    Raises `Invalid` (`table_file`) in words: too large, empty, another kind of file, a formula, macros, merged cells.
    """
    if size > limits.bytes:
        words = {"size": size / _MB, "most": limits.bytes // _MB}
        raise _refused(_("The file has %(size).1f MB; at most %(most)s MB are read.") % words)
    content = file.read(limits.bytes)
    if not content.strip():
        raise _refused(_("The file is empty."))
    ending = name.rpartition(".")[2].lower()
    if ending == "xlsx":
        rows = list(_sheet(content, limits))
    elif ending == "csv":
        rows = list(_csv(content, limits))
    else:
        raise _refused(_("Only .xlsx and .csv files are read. Save the table as one of them."))
    if not rows:
        raise _refused(_("The file is empty."))
    return rows


def _refused(words: str) -> Invalid:
    return Invalid("table_file", words, field="file")


def _kept(records: Iterable[Sequence[str]], limits: Limits) -> Iterator[Row]:
    for number, record in enumerate(records, 1):
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if number > limits.rows + 1:
            raise _refused(_("The file has more than %(most)s rows.") % {"most": f"{limits.rows:,}"})
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > limits.columns:
            raise _refused(_("The file has more than %(most)s columns.") % {"most": limits.columns})
        yield number, cells


# --- csv ------------------------------------------------------------------------------------------------


def _csv(content: bytes, limits: Limits) -> Iterator[Row]:
    if content.startswith(b"PK\x03\x04"):
        raise _refused(_("This is not a csv file; is it a workbook? Then its name ends with .xlsx."))
    text = _decoded(content)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=head.count))
    try:
        yield from _kept(([_plain(cell) for cell in record] for record in reader), limits)
    except csv.Error:
        raise _refused(
            _("The rows of this csv file can't be told apart; is a quotation mark open?")
        ) from None


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:  # Excel in Chinese saves the last
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_("The signs of this file can't be read. Save it as UTF-8 or GB18030."))


def _plain(cell: str) -> str:
    """Takes off the apostrophe that `csv_file` puts before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUN_SIGNS) else cell


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel shows Chinese; text a spreadsheet would run has an apostrophe before."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_RUN_SIGNS) and not _NUMBER.fullmatch(cell) else cell for cell in row])  # fmt: skip
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# --- Workbooks ------------------------------------------------------------------------------------------


def _sheet(content: bytes, limits: Limits) -> Iterator[Row]:
    _refuse_what_hides(content, limits)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may claim any
        records = sheet.iter_rows(max_row=limits.rows + 2, max_col=limits.columns + 1)
        yield from _kept(([_cell_text(cell) for cell in record] for record in records), limits)
    except Invalid:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what it pleases on a broken file
        raise _refused(
            _("This workbook can't be read. Open it in Excel and save it as .xlsx anew.")
        ) from None


def _refuse_what_hides(content: bytes, limits: Limits) -> None:
    """Looks into the package before openpyxl does."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except BROKEN_ARCHIVE:
        raise _refused(_("This is not an .xlsx workbook. Save it as .xlsx or .csv.")) from None
    with package:
        parts = package.infolist()
        if len(parts) > 1000 or sum(part.file_size for part in parts) > limits.unpacked:
            raise _refused(_("This workbook unpacks to more than is read. Save only the table."))
        names = [part.filename.lower() for part in parts]
        if any("vbaproject" in name or "macrosheets/" in name for name in names):
            raise _refused(_("This workbook holds macros. Save it without them."))
        if any("externallinks/" in name for name in names):
            raise _refused(_("This workbook has links to other files. Save it with values only."))
        for part in parts:
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue
            try:
                with package.open(part) as opened:
                    # zipfile refuses a part that is longer than it says
                    text = opened.read(part.file_size + 1)
            except BROKEN_ARCHIVE:
                raise _refused(_("This workbook can't be read. Open it in Excel and save it as .xlsx anew.")) from None  # fmt: skip
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise _refused(_("This is not an .xlsx workbook. Save it as .xlsx or .csv."))
            if found := re.search(rb'<mergeCell ref="([A-Z0-9:]{1,20})"', text):
                cells = found[1].decode()
                raise _refused(_("Cells %(cells)s are merged. Unmerge them: each row needs its own values.") % {"cells": cells})  # fmt: skip


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        words = {"cell": f"{get_column_letter(cell.column)}{cell.row}"}
        raise _refused(_("Cell %(cell)s holds a formula. Formulas are not worked out: write its value.") % words)  # fmt: skip
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, time):
        return value.isoformat()
    return str(value)


def xlsx_file(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet: the heading bold and held in place, numbers as numbers, all else as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    listed = [[ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row] for row in rows]
    for index in range(len(listed[0])):
        longest = max(_width(row[index]) for row in listed[:500])
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(max(longest + 3, 8), 50)
    for number, row in enumerate(listed):
        sheet.append([_cell(sheet, text, heading=number == 0) for text in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(listed[0]))}{len(listed)}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, text: str, *, heading: bool) -> Any:
    if _NUMBER.fullmatch(text) and (text == "0" or not text.lstrip("-").startswith("0") or "." in text):
        return WriteOnlyCell(sheet, float(text) if "." in text else int(text))
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # openpyxl would make a formula of "=…"
    if text.startswith(_RUN_SIGNS):
        cell.quotePrefix = True
    if heading:
        cell.font = Font(bold=True)
    return cell


def _width(text: str) -> int:
    return sum(2 if sign > "\u2e80" else 1 for sign in text)
