"""Pinyin of names as keys to find them by, whole (`yaohuoxiaoqu`), by initials (`yhxq`) or mixed (`yaohxq`).

Keys are plain letters, so that PostgreSQL's trigrams work under every locale: under `C` they know no Han.
"""

import re
import unicodedata
from functools import cache
from itertools import product
from typing import Any

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_CHUNKS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[a-z0-9]+")
_MOST_READINGS = 4
_MOST_TRIED = 200
_LONGEST_MIXED = 40  # letters; nobody types more and shortens them too
_DOUBLE = frozenset({"zh", "ch", "sh"})
_NO_INITIAL = frozenset("iuv")


def _read(text: str, **how: Any) -> list[str]:
    """The readings of `text`. The dictionary of phrases takes a fifth of a process's start, and most never ask it."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text, **how)


def initials_of(name: str) -> str:
    """`陶镇社区` → `tzsq`; what is not Han stays as it is."""
    from pypinyin import Style

    return "".join(_read(name, style=Style.FIRST_LETTER)).lower()


def plain(text: str) -> str:
    """As keys are made: NFKC (full-width signs become plain ones), lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def has_han(text: str) -> bool:
    """Whether a person wrote characters, not letters."""
    return bool(_HAN.search(text))


def syllables_of(name: str, *, in_context: bool) -> list[str]:
    """`窑火小区` → [yao, huo, xiao, qu]; digits and foreign letters stay together, everything else is left out.

    In context a character has the reading of its word (重庆 → chong qing); alone its commonest one, by which a part
    of a name is found whatever stands around it.
    """
    text = plain(name)
    if in_context:
        found = _read(text, errors=lambda rest: _CHUNKS.findall(rest))  # a list becomes several
    else:
        found = [_alone(chunk) for chunk in _CHUNKS.findall(text)]
    return [re.sub(r"[^a-z0-9]", "", one) for one in found]


@cache
def _alone(chunk: str) -> str:
    return _read(chunk)[0] if _HAN.match(chunk) else chunk


def keys_of(names: list[str]) -> tuple[str, str]:
    """(letters, initials) of the names: each name's tail from each of its syllables, so that any part is a beginning.

    `[窑火小区]` → `" yaohuoxiaoqu huoxiaoqu xiaoqu qu "`, `" yhxq hxq xq q "`. The first name's own key comes first.
    """
    letters: dict[str, None] = {}
    initials: dict[str, None] = {}
    for name, in_context in product(names, (True, False)):
        parts = syllables_of(name, in_context=in_context)
        firsts = [_initial(part) for part in parts]
        for start in range(len(parts)):
            letters["".join(parts[start:])] = None
            initials["".join(firsts[start:])] = None
    return f" {' '.join(letters)} ", f" {' '.join(initials)} "


def _initial(syllable: str) -> str:
    return syllable if syllable[:1].isdigit() else syllable[:1]


def readings_of(typed: str) -> list[tuple[str, str]]:
    """How typed letters may be meant where some syllables are whole and some are an initial: (initials, pattern).

    `yaohxq` → also (`yhxq`, `yao h[a-z]* …`): the pattern is a regular expression over letters without spaces. Only
    readings with at least one whole syllable and one cut one; at most 4, those of the fewest syllables.
    """
    found: list[tuple[str, str]] = []

    def go_on(rest: str, initials: str, pattern: str, whole: int, cut: int) -> None:
        if len(found) >= _MOST_TRIED:
            return
        if not rest:
            if whole and cut:
                found.append((initials, pattern))
            return
        for length in range(min(6, len(rest)), 0, -1):
            part = rest[:length]
            if length > 1 and part in _syllables():
                go_on(rest[length:], initials + part[0], pattern + part, whole + 1, cut)
        for length in (2, 1):
            part = rest[:length]
            if part in _DOUBLE or (length == 1 and part.isalpha() and part not in _NO_INITIAL):
                go_on(rest[length:], initials + part[0], f"{pattern}{part}[a-z]*", whole, cut + 1)

    go_on(typed[:_LONGEST_MIXED], "", "", 0, 0)
    return sorted(found, key=lambda reading: len(reading[0]))[:_MOST_READINGS]


@cache
def _syllables() -> frozenset[str]:
    """All syllables that characters are read with."""
    from pypinyin.constants import PINYIN_DICT  # large; needed at the first search only

    heads = (reading.split(",")[0] for reading in PINYIN_DICT.values())
    plain_ones = (unicodedata.normalize("NFD", head) for head in heads)
    return frozenset(re.sub(r"[^a-z]", "", head) for head in plain_ones) - {""} | {"lv", "nv", "lve", "nve"}
