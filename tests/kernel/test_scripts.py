"""The modules a page asks for at once."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# What is shown within another page is named by that page, where it is shown first of all.
SHOWN_ELSEWHERE = {"js/dispatch/intake.js", "js/grid/preference.js"}


def modules(*entries: str) -> list[str]:
    names = " ".join(f'"{entry}"' for entry in entries)
    page = Template("{% load scripts %}{% modules " + names + " %}").render(Context())
    return re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', page)


def test_all_that_a_script_imports_is_asked_for_once() -> None:
    found = modules("js/dispatch/board.js", "js/dispatch/wall.js")
    assert found[0] == "js/dispatch/board.js"
    assert {
        "js/lib/live.js",
        "js/lib/live_socket.js",
        "js/dispatch/map_paint.js",
        "js/dispatch/wall.js",
    } < set(found)
    assert len(found) == len(set(found))


def test_what_is_no_file_is_a_fault_of_ours() -> None:
    with pytest.raises(FileNotFoundError):
        modules("js/dispatch/boards.js")


@pytest.mark.parametrize("page", sorted(TEMPLATES.rglob("*.html")), ids=lambda page: page.name)
def test_a_page_names_the_modules_it_mounts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r'"(js/[^"]+)"', "".join(re.findall(r"{% modules [^%]+%}", text))))
    mounted = set(re.findall(r'data-mount="{% static "([^"]+)"', text))
    assert mounted - SHOWN_ELSEWHERE <= named
