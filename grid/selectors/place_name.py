"""Finding a place in the gazetteer, while it is typed."""

import re
from dataclasses import dataclass
from typing import Any

from grid.models import PlaceName
from grid.pinyin import has_han, plain, readings_of, syllables_of

MOST = 8
_SHORTEST = 2
_LETTERS = re.compile(r"[a-z0-9]+")
_HOUSE = re.compile(r"\d|第?[一二三四五六七八九十]+(?:号|栋|幢|单元)")


@dataclass(frozen=True, slots=True)
class Search:
    """One way to look: `where` and `rank` are SQL with `parameters` for both, in this order."""

    where: str
    where_values: tuple[Any, ...]
    rank: str
    rank_values: tuple[Any, ...]


def place_names_like(
    typed: str, *, near: tuple[float, float] | None = None, most: int = MOST
) -> list[PlaceName]:
    """The places that `typed` may mean, best first, at most `most`; equals by distance to `near` (WGS-84), then by name.

    Characters find any part of a name or address, also by characters that sound alike; letters find pinyin, whole, as
    initials or mixed. What follows a house number is ignored where nothing is called so. One query where something is
    found, three at most.
    """
    text = plain(typed)
    if len(text) < _SHORTEST:
        return []
    for search in _searches(text):
        if found := _run(search, near, most):
            return found
    return []


def _searches(text: str) -> list[Search]:
    """The ways to look, the strictest first."""
    letters = text.replace(" ", "").replace("'", "")
    if not has_han(text):
        if not _LETTERS.fullmatch(letters):
            return []
        return [_by_letters(letters), *_mixed(letters), _alike(letters)]
    searches = [_by_characters(text)]
    head = _HOUSE.split(text)[0].strip()
    if len(head) >= _SHORTEST and head != text:
        searches.append(_by_characters(head))
    return [*searches, _alike(_sound(head if len(head) >= _SHORTEST else text))]


def _sound(text: str) -> str:
    return "".join(syllables_of(text, in_context=False))


def _by_characters(text: str) -> Search:
    # The index knows sounds only, so homophones come along and stand last.
    part = _like(text)
    return Search(
        "letters LIKE %s",
        (f"% {_sound(text)}%",),
        "CASE WHEN lower(name) = %s THEN 0 WHEN lower(name) LIKE %s THEN 1 WHEN lower(name || ' ' || aliases) LIKE %s "
        "THEN 2 WHEN lower(address) LIKE %s THEN 3 ELSE 4 END",
        (text, f"{part}%", f"%{part}%", f"%{part}%"),
    )


def _by_letters(letters: str) -> Search:
    return Search(
        "initials LIKE %s OR letters LIKE %s",
        (f"% {letters}%", f"% {letters}%"),
        "CASE WHEN initials LIKE %s OR letters LIKE %s THEN 0 WHEN initials LIKE %s OR letters LIKE %s THEN 1 ELSE 2 END",
        (f" {letters} %", f" {letters} %", f" {letters}%", f" {letters}%"),
    )


def _mixed(letters: str) -> list[Search]:
    """Some syllables whole, some as initials; nothing where it can't be read so."""
    readings = readings_of(letters)
    if not readings:
        return []
    return [
        Search(
            " OR ".join(["(initials LIKE %s AND letters ~ %s)"] * len(readings)),
            tuple(value for initials, pattern in readings for value in (f"% {initials}%", f" {pattern}")),
            "CASE WHEN letters ~ %s THEN 0 ELSE 1 END",
            (f"^ ({'|'.join(pattern for _initials, pattern in readings)})",),
        )
    ]


def _alike(letters: str) -> Search:
    """For slips of the finger and of the ear; `%>` is pg_trgm's word similarity above its threshold, 0.6."""
    return Search(
        "letters %%> %s AND word_similarity(%s, letters) > 0.65",
        (letters, letters),
        "-similarity(%s, split_part(letters, ' ', 2))",
        (letters,),
    )


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _run(search: Search, near: tuple[float, float] | None, most: int) -> list[PlaceName]:
    query, values = place_name_query(search, near, most)
    return list(PlaceName.objects.raw(query, values))


def place_name_query(
    search: Search, near: tuple[float, float] | None, most: int
) -> tuple[str, tuple[Any, ...]]:
    """SQL and its values. Distance is flat, longitudes shortened by the cosine: enough to put equals in order."""
    away: str = ""
    place: tuple[float, ...] = ()
    if near is not None:
        away = "(lat - %s) ^ 2 + ((lon - %s) * cos(radians(%s))) ^ 2, "
        place = (near[0], near[1], near[0])
    query = (
        f"SELECT * FROM grid_placename WHERE active AND ({search.where}) "  # noqa: S608 - pieces of this file, values apart
        f"ORDER BY {search.rank}, {away}length(name), name, id LIMIT %s"
    )
    return query, (*search.where_values, *search.rank_values, *place, most)
