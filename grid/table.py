"""Tables of configuration as files: which columns stand for which fields, in what order, found by what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet

from .column import Choice, Code, Column, Flag, Link, Number, Several, heading


@dataclass(frozen=True)
class Inner:
    """Rows inside a row: the steps of a policy, the needs of a plan. The file holds all of them or none."""

    model: type[models.Model]
    related: str
    """How the outer row calls them."""
    columns: Sequence[Column]
    key: Sequence[str] = ()
    """What tells one from its siblings; without it their order does."""
    order: Callable[[Any], Any] | None = None
    """In the file; without it the model's own."""


@dataclass(frozen=True)
class Table:
    """The columns of a model's file. `key` names those that find the row."""

    columns: Sequence[Column]
    key: Sequence[str]
    inner: Inner | None = None
    kept: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    """The rows that the file holds."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What the form of a new row wants beside the columns."""
    in_turn: bool = True
    """Rows are tried one after the other, rolled back in the preview, since one may depend on one before it. False for
    rows that others lock at work: they are written in one go at the end."""

    @property
    def all_columns(self) -> list[Column]:
        return [*self.columns, *(self.inner.columns if self.inner else ())]

    def rows(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What `lines` needs, in the file's order. One query, two with inner rows."""
        related = [c.name for c in self.columns if isinstance(c, Link)]
        found = self.kept(queryset).select_related(*related) if related else self.kept(queryset)
        return found.prefetch_related(self.inner.related) if self.inner else found

    def lines(self, queryset: QuerySet[Any]) -> list[list[str]]:
        """The heading and every row, as an import takes them."""
        lines = [[heading(column) for column in self.all_columns]]
        for row in self.rows(queryset):
            own = [column.text(column.value(row)) for column in self.columns]
            inner = self.inner
            if inner is None:
                lines.append(own)
                continue
            children: Iterable[Any] = getattr(row, inner.related).all()
            children = sorted(children, key=inner.order) if inner.order else children
            texts = [[column.text(column.value(child)) for column in inner.columns] for child in children]
            lines += [[*own, *text] for text in texts or [[""] * len(inner.columns)]]
        return lines


def columns_of(model: type[models.Model], *names: str, **special: Column) -> list[Column]:
    """A column for each field, by its kind."""
    return [special.get(name) or _column(model._meta.get_field(name)) for name in names]


def _column(found: Any) -> Column:
    name, label = found.name, found.verbose_name
    if isinstance(found, models.ForeignKey):
        to: Any = found.remote_field.model
        return Link(name, label, to=to, by=to._meta.pk.name)
    if isinstance(found, ArrayField):
        return Several(name, label, choices=dict(found.base_field.flatchoices))
    if found.flatchoices:
        return Choice(name, label, choices=dict(found.flatchoices))
    if isinstance(found, models.BooleanField):
        return Flag(name, label)
    if isinstance(found, models.FloatField):
        return Number(name, label, whole=False)
    if isinstance(found, models.IntegerField):
        return Number(name, label)
    return Code(name, label) if found.unique or name == "phone" else Column(name, label)
