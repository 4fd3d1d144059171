"""Tables as files: a damaged one is told in words, whichever byte it is."""

import io
from contextlib import suppress

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.spreadsheet import read, xlsx_file


def test_a_flipped_byte_of_a_workbook_is_told() -> None:
    content = xlsx_file("units", [["call sign", "kind"], *([f"城东{n}", "car"] for n in range(50))])
    for place in range(30, len(content), 17):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        with suppress(Invalid):
            read(io.BytesIO(damaged), "units.xlsx", len(damaged))
