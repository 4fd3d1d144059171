"""`{% modules "js/dispatch/board.js" %}`: a script and all it imports, asked for at once.

A browser finds an import only when it has read the file that names it: five storeys of modules are five journeys to the
server, one after the other, before the first of them runs.
"""

import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_IMPORT = re.compile(r"""^(?:import|export)\b[^;"]*"(\.[^"]+)";""", re.MULTILINE)


@register.simple_tag
def modules(*entries: str) -> SafeString:
    """`<link rel="modulepreload">` of each module that is needed to run the entries, themselves included."""
    found = dict.fromkeys(name for entry in entries for name in _needed(entry))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((static(name),) for name in found))


@cache
def _needed(entry: str) -> tuple[str, ...]:
    """Paths below `static/`, each before what it imports.

    Read once a process: a module that a later edit imports is found by the browser itself.
    """
    needed = [entry]
    for name in needed:
        file = finders.find(name)
        if file is None:
            raise FileNotFoundError(name)
        for path in _IMPORT.findall(Path(file).read_text(encoding="utf-8")):
            imported = normpath(PurePosixPath(name).parent / path)
            if imported not in needed:
                needed.append(imported)
    return tuple(needed)
