"""The mark of a priority is one, whoever draws it: the server (`_incident_priority.html`) or the page (`lib/symbols.js`)."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

SYMBOLS = (settings.BASE_DIR / "static/js/lib/symbols.js").read_text()


def _drawn_by_the_page(table: str) -> dict[int, str]:
    found = re.search(rf"const {table} = {{(.*?)}}", SYMBOLS, re.DOTALL)
    assert found
    return {int(priority): value.strip() for priority, value in re.findall(r'(\d): "?([^",]+)', found[1])}


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
def test_shape_and_digit_are_the_same(priority: int) -> None:
    mark = render_to_string("dispatch/partials/_incident_priority.html", {"priority": priority})
    assert f'<path d="{_drawn_by_the_page("PRIORITY")[priority]}"/>' in mark
    assert f'y="{_drawn_by_the_page("DIGIT_DROP")[priority]}">{priority}</text>' in mark
