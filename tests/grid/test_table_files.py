"""Files of tables as they come: what is none, hides something or has headings nobody can mean is refused in words."""

import io
import zipfile
from html import unescape

import pytest
from openpyxl import Workbook, load_workbook

from patrol.models import Unit
from tests.grid.tables import book, hand_in, write, wrong
from tests.world import EAST


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"\n\n,,\n", "empty"),
        ("t.xlsx", b"call sign,kind\n", "not an .xlsx workbook"),
        ("t.csv", book(["call sign"]), "not a csv file"),
        ("t.xls", b"x", "Only .xlsx and .csv"),
        ("t.csv", b"\xff\xff\xfd\x00\x81", "can't be read"),
        ("t.csv", b"x" * (5 * 1024 * 1024 + 1), "at most 5 MB"),
        ("t.csv", b"call sign\n" + b"x\n" * 20_001, "more than 20,000 rows"),
        ("t.csv", b'call sign\n"' + b"x" * 200_000, "can't be told apart"),
        ("t.csv", b"," * 70 + b"x\n", "more than 60 columns"),
        ("t.xlsx", book(["call sign"], ["=1+1"]), "A2 holds a formula"),
        ("t.xlsx", book(["call sign"], ["=cmd|'/c calc'!A1"]), "A2 holds a formula"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(office, world, name, content, words):
    page = hand_in(office, "patrol/unit", content, name)
    assert page.status_code == 400
    assert words in unescape(page.content.decode())


def _with_part(content, name, text, taken_from=None):
    """A workbook with one part more, or another text in one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text)
    return out.getvalue()


def test_a_workbook_that_hides_something_is_refused(office, world):
    plain = book(["call sign", "kind"], ["城东01", "car"])
    merged = Workbook()
    merged.active.append(["call sign", "kind"])
    merged.active.merge_cells("A2:A5")
    out = io.BytesIO()
    merged.save(out)
    sheet = "xl/worksheets/sheet1.xml"
    for content, words in [
        (_with_part(plain, "xl/vbaProject.bin", b"x"), "macros"),
        (_with_part(plain, "xl/externalLinks/externalLink1.xml", b"<x/>"), "links to other files"),
        (_with_part(plain, "xl/media/zeros.bin", b"0" * (65 * 1024 * 1024)), "unpacks to more"),
        (
            _with_part(plain, sheet, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
            "not an .xlsx",
        ),
        (_with_part(plain, sheet, b"<worksheet><sheetData><row>"), "can't be read"),
        (plain[: len(plain) // 2], "not an .xlsx"),
        (out.getvalue(), "A2:A5 are merged"),
    ]:
        page = hand_in(office, "patrol/unit", content, "t.xlsx")
        assert (page.status_code, words in unescape(page.content.decode())) == (400, True), words


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("kind", "missing: it tells the rows apart"),
        ("call sign,colour", "Known are: Call sign, Kind"),
        ("call sign,呼号", "stands twice"),
    ],
)
def test_a_heading_that_can_not_be_meant(office, world, head, words):
    page = hand_in(office, "patrol/unit", f"{head}\n城东01,car\n")
    assert words in wrong(page)[0][3]


def test_gb18030_is_read_and_what_is_left_out_stays(office, world):
    text = "呼号\t人数\n城东01\t５\n".encode("gb18030")
    page = hand_in(office, "patrol/unit", text)
    assert wrong(page) == []
    write(office, page)
    car = Unit.objects.get(pk=world.east_car.pk)
    assert (car.members, car.kind, car.organisation_id) == (5, "car", EAST)


def test_nothing_runs_in_a_spreadsheet(office, world, full):
    rows = office.get("/admin/patrol/unit/table.csv").content.decode("utf-8-sig")
    assert "'=cmd|" in rows
    assert "\n=cmd" not in rows
    book = load_workbook(io.BytesIO(office.get("/admin/patrol/unit/table.xlsx").content))
    (cell,) = [row[0] for row in book.active.iter_rows(min_row=2) if str(row[0].value).startswith("=")]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
