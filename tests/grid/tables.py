"""What tests of tables share: a file handed in by the administrator, its preview written, its faults read."""

import io

from openpyxl import Workbook

UNITS = "call sign,kind,organisation,station,capabilities,members\n"


def hand_in(office, table, content, name="table.csv"):
    """The page that a file leads to."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    return office.post(f"/admin/{table}/table/", {"file": file}, follow=True)


def write(office, page):
    return office.post(page.context["here"], follow=True)


def wrong(page):
    return [(each.row, each.column, each.value, each.words) for each in page.context["errors"]]


def book(*rows):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
