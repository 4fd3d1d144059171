"""Columns of a table as a file: how each reads and writes a cell, in either language.

A column speaks three tongues: the `value` of a row (plain, to compare), the `text` of a cell, and the `data` that the
administration's form of the row is given. The rules stay in that form: a row in a file is one sent by hand.
"""

import re
import unicodedata
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.inputs import FIRST_YEAR, LAST_YEAR, Text, shortened, typed

Values = dict[str, Hashable]
"""{column: value} of one row."""

_MOST_CHARACTERS = 10_000  # what a field takes of them is its form's rule
_PARTS = re.compile(r"[,，、;；/|]")
_NAMES = frozenset({"name", "name_en", "short_name", "short_name_en"})
_YES = frozenset({"yes", "true", "1", "y", "是", "√"})
_NO = frozenset({"no", "false", "0", "n", "否", "×"})


def evened(text: str) -> str:
    """Full-width letters, digits and signs as ordinary ones."""
    return unicodedata.normalize("NFKC", text).strip()


def cleaned(text: str) -> str:
    """A cell as one line without control characters, or a `ValidationError` that says where one is."""
    return typed(Text(max_length=_MOST_CHARACTERS, allow_blank=True), text)


def in_both_languages(text: str | Promise) -> set[str]:
    """How `text` reads in each language, folded for comparing."""
    found = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.add(folded(str(text)))
    return found


def folded(text: str) -> str:
    return " ".join(evened(text).casefold().split())


@dataclass(frozen=True)
class Column:
    """Text as it is."""

    name: str
    label: str | Promise
    key: str = ""
    """The form's field; the column's name unless given."""

    @property
    def field(self) -> str:
        return self.key or self.name

    @property
    def hint(self) -> str:
        """What a cell may hold, in words."""
        return _("text")

    def opened(self) -> Self:
        """The column with what it looks up, for one run."""
        return self

    def value(self, row: models.Model) -> Hashable:
        value = getattr(row, self.name)
        return "" if value is None else value

    def text(self, value: Any) -> str:
        return str(value)

    def read(self, text: str) -> Hashable:
        return text

    def data(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Code(Column):
    """A name that rows are found by, or a phone: full-width signs are evened out."""

    def read(self, text: str) -> Hashable:
        return evened(text)


@dataclass(frozen=True)
class Number(Column):
    """A number; `whole` ones as the database has them."""

    whole: bool = True

    @property
    def hint(self) -> str:
        return _("whole number") if self.whole else _("decimal number")

    def value(self, row: models.Model) -> Hashable:
        value: Hashable = getattr(row, self.name)
        return value

    def text(self, value: Any) -> str:
        return "" if value is None else str(value) if self.whole else repr(float(value))

    def read(self, text: str) -> Hashable:
        text = evened(text)
        if not text:
            return None
        try:
            if len(text) > 30 or not text.isascii():
                raise ValueError
            return int(text) if self.whole else float(text)
        except ValueError:
            words = _("Enter a whole number.") if self.whole else _("Enter a number.")
            raise ValidationError(words) from None

    def data(self, value: Any) -> Any:
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Choice(Column):
    """One of `choices` (value → words), or another word where it is `free`: written in the reader's language, read by
    code or in either language."""

    choices: Mapping[Any, str | Promise] = field(default_factory=dict)
    free: bool = False

    @property
    def hint(self) -> str:
        return " / ".join(str(words) for words in self.choices.values())

    def value(self, row: models.Model) -> Hashable:
        value: Hashable = getattr(row, self.name)
        return value

    def text(self, value: Any) -> str:
        return str(self.choices.get(value, "" if value is None else value))

    def read(self, text: str) -> Hashable:
        wanted = folded(text)
        if not wanted:
            return ""
        for value, words in self.choices.items():
            if wanted == str(value) or wanted in in_both_languages(words):
                found: Hashable = value
                return found
        if self.free:
            return text
        known = ", ".join(str(words) for words in self.choices.values())
        raise ValidationError(_("“%(code)s” is not one of %(known)s.") % {"code": shortened(text), "known": known})  # fmt: skip

    def data(self, value: Any) -> Any:
        return "" if value is None else value


@dataclass(frozen=True)
class Flag(Column):
    """Yes or no."""

    @property
    def hint(self) -> str:
        return f"{_('yes')} / {_('no')}"

    def text(self, value: Any) -> str:
        return _("yes") if value else _("no")

    def read(self, text: str) -> Hashable:
        if folded(text) in _YES:
            return True
        if folded(text) in _NO:
            return False
        raise ValidationError(_("Write yes or no."))


@dataclass(frozen=True)
class Several(Column):
    """Several of `choices`, or also the bureau's own words where it is `free`; parted by commas or 、."""

    choices: Mapping[Any, str | Promise] = field(default_factory=dict)
    free: bool = False
    joined: bool = False
    """The form wants one string instead of a list."""

    @property
    def hint(self) -> str:
        known = _(", ").join(str(words) for words in self.choices.values())
        return (_("several of %(known)s, or others") if self.free else _("several of %(known)s")) % {
            "known": known
        }

    def value(self, row: models.Model) -> Hashable:
        return tuple(getattr(row, self.name) or ())

    def text(self, value: Any) -> str:
        return _(", ").join(str(self.choices.get(each, each)) for each in value)

    def read(self, text: str) -> Hashable:
        one = Choice(self.name, self.label, choices=self.choices, free=self.free)
        return tuple(one.read(part) for part in (part.strip() for part in _PARTS.split(text)) if part)

    def data(self, value: Any) -> Any:
        return ",".join(value) if self.joined else list(value)


@dataclass(frozen=True)
class Link(Column):
    """Another table's row by its natural key `by`; a code also by a name that nobody else has."""

    to: type[models.Model] = models.Model
    by: str = "pk"
    anything: str = ""
    """The sign for “none of them, all”, where an empty cell would be ambiguous."""
    known: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def hint(self) -> str:
        words = _("code or name") if self.by == "code" else str(self.to._meta.get_field(self.by).verbose_name)  # type: ignore[union-attr]
        return (
            _("%(words)s; %(sign)s for all others") % {"words": words, "sign": self.anything}
            if self.anything
            else words
        )

    def opened(self) -> Self:
        """With the natural keys in memory, and each name that only one row has. One query."""
        names = [each.name for each in self.to._meta.fields if each.name in _NAMES and self.by == "code"]
        rows = list(self.to._default_manager.values("pk", self.by, *names))
        called: dict[str, set[str]] = {}
        for row in rows:
            for name in names:
                called.setdefault(folded(row[name]), set()).add(row[self.by])
        codes = {name: min(found) for name, found in called.items() if len(found) == 1}
        codes |= {folded(row[self.by]): row[self.by] for row in rows}
        return replace(self, known={row[self.by]: row["pk"] for row in rows}, codes=codes)

    def value(self, row: models.Model) -> Hashable:
        if getattr(row, f"{self.name}_id") is None:
            return None
        # Most natural keys are the primary key, and cost no query.
        if self.to._meta.pk.name == self.by:
            value: Hashable = getattr(row, f"{self.name}_id")
        else:
            value = getattr(getattr(row, self.name), self.by)
        return value

    def text(self, value: Any) -> str:
        return self.anything if value is None else str(value)

    def read(self, text: str) -> Hashable:
        if not text or text == self.anything:
            return None
        key = self.codes.get(folded(text), evened(text))
        if key not in self.known and self.to._meta.pk.name != self.by:
            # The form would take it for the primary key of somebody else.
            raise ValidationError(_("“%(value)s” is not known.") % {"value": shortened(text)})
        return key

    def data(self, value: Any) -> Any:
        return "" if value is None else self.known.get(value, value)


@dataclass(frozen=True)
class Moment(Column):
    """One end of a period, in the bureau's time, to the minute or second."""

    period: str = "period"
    end: str = "lower"

    @property
    def hint(self) -> str:
        return _("date and time like 2026-11-23 08:00")

    def value(self, row: models.Model) -> Hashable:
        instant = getattr(getattr(row, self.period), self.end, None)
        return instant.replace(microsecond=0) if instant else None

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        local = clock.local(value)
        return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"

    def read(self, text: str) -> Hashable:
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(evened(text).replace("/", "-"))
            if not FIRST_YEAR <= instant.year <= LAST_YEAR:
                raise ValueError
        except ValueError:
            raise ValidationError(_("Write date and time like 2026-11-23 08:00.")) from None
        return (instant if instant.tzinfo else instant.replace(tzinfo=clock.zone())).astimezone(UTC)

    def data(self, value: Any) -> Any:
        return "" if value is None else clock.local(value).strftime("%Y-%m-%d %H:%M:%S")


def heading(column: Column) -> str:
    label = str(column.label)
    return label[:1].upper() + label[1:]
