"""A table read from a file: every row is tried by the form an administrator fills in by hand, then all are written or none.

One way for the preview and for the writing: `table_try` yields how far it is and returns what it found; with `write` the
same trying ends in the rows, each audited like a change by hand. Rows are added and changed, never removed.
"""

import hashlib
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.contrib.admin import ModelAdmin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, models, transaction
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict
from boshan_police.kernel.inputs import shortened
from boshan_police.kernel.spreadsheet import Row
from grid.access import CONFIGURE
from grid.column import Column, Values, evened, heading
from grid.table import Table
from grid.table_reading import Change, Found, Groups, Line, Reading, Remark

_STEP = 50  # rows between two words about progress
T = TypeVar("T")


@dataclass
class _Trial:
    """A row's form, filled in, with the inner rows' one."""

    row: models.Model | None
    form: Any
    formsets: list[Any]
    number: int
    key: str


def table_try(
    *,
    actor: Any,
    office: "ModelAdmin[Any]",
    table: Table,
    request: HttpRequest,
    rows: Sequence[Row],
    write: bool = False,
    digest: str = "",
    name: str = "",
) -> Generator[int, None, Found]:
    """Try every row, yielding how many are done. Nothing is changed unless `write`, and nothing on any error.

    With `write`, `digest` is that of the preview and `name` the file's: `Conflict` (`table_moved_on`) if the file would
    do something else by now, `table_collides` if two rows exclude each other in the database.
    """
    require(actor, CONFIGURE)
    run = _Run(office, table, request, write)
    groups = yield from run.grouped(rows)  # before the transaction, which may not idle
    with transaction.atomic():
        yield from run.through(groups)
        found = run.found
        found.digest = run.summed.hexdigest()
        if not write:
            transaction.set_rollback(True)
            return found
        if found.errors or found.digest != digest:
            raise Conflict(
                "table_moved_on",
                _("The data has changed since this preview. Nothing was written; look at the new preview."),
            )
        yield from run.write_rest()
        table_told(actor=actor, office=office, request=request, act="imported", details={"file": name, **found.counts})  # fmt: skip
    return found


class _Run(Reading):
    def __init__(self, office: "ModelAdmin[Any]", table: Table, request: HttpRequest, write: bool) -> None:
        super().__init__(table)
        self.office, self.request, self.write = office, request, write
        self.summed = hashlib.sha256()
        self.forms: dict[bool, Any] = {}
        self.formsets: dict[bool, list[tuple[Any, Any]]] = {}
        self.rest: list[_Trial] = []

    def through(self, groups: Groups) -> Generator[int, None, None]:
        """All rows, group by group."""
        if not groups:
            return
        known = self._known(groups)
        for done, (key, lines) in enumerate(groups.items()):
            if done % _STEP == 0:
                yield lines[0].number
            row = known.get(key) or known.get(tuple(evened(k) if isinstance(k, str) else k for k in key))
            self._try(row, lines)
        self.found.errors.sort(key=lambda remark: remark.row)
        self.found.warnings.sort(key=lambda remark: remark.row)

    def _known(self, groups: Mapping[tuple[Hashable, ...], Any]) -> dict[tuple[Hashable, ...], models.Model]:
        """The rows there are, by key. One query, two with inner rows."""
        queryset = self.table.rows(self.office.get_queryset(self.request))
        (first, *more) = self.table.key
        if not more:
            queryset = queryset.filter(**{f"{first}__in": {text for (key,) in groups for text in (key, evened(str(key)))}})  # fmt: skip
        key = [self.columns[name] for name in self.table.key]
        return {tuple(column.value(row) for column in key): row for row in queryset}

    # --- Trying one row --------------------------------------------------------------------------------

    def _try(self, row: models.Model | None, lines: list[Line]) -> None:
        first = lines[0]
        errors = len(self.found.errors)
        self.agree(lines)
        blank = self.office.model()
        before = {name: column.value(row or blank) for name, column in self.columns.items()}
        after = before | {name: first.values[name] for name in self.columns if name in first.values}
        if row is not None:
            after |= {name: before[name] for name in self.table.key}
        children = list(getattr(row, self.table.inner.related).all()) if row and self.table.inner else []
        inner_before = [self.values(child) for child in children]
        inner_after = [line for line in lines if any(line.texts.get(name) for name in self.inner)]
        spoken = any(name in first.texts for name in self.inner)
        wrong = not self.wrong.isdisjoint(line.number for line in lines)
        alike = not spoken or [self.full(line) for line in inner_after] == inner_before
        if row is not None and not wrong and after == before and alike:
            self.found.same += 1
            return
        key = " · ".join(self.columns[name].text(after[name]) for name in self.table.key)
        trial = self._fill(row, blank, before, after, children, inner_after if spoken else None, lines, key)
        if wrong or len(self.found.errors) > errors:
            return
        cells = self._differences(row, trial.form.instance, before)
        if spoken and self.table.inner:
            cells += self._inner_differences(trial, inner_before)
        if row is not None and not cells:
            self.found.same += 1
            return
        self.found.changes.append(Change(first.number, key, row is None, cells))
        self.summed.update(repr((key, row is None, [self._plain(c) for c in self._raw])).encode())
        if self.table.in_turn:
            self._write(trial)
        else:
            self.rest.append(trial)

    def _fill(
        self,
        row: models.Model | None,
        blank: models.Model,
        before: Values,
        after: Values,
        children: list[models.Model],
        wanted: list[Line] | None,
        lines: list[Line],
        key: str,
    ) -> _Trial:
        """The forms with what the file says; their errors at its rows."""
        new = row is None
        instance = blank if row is None else row
        data = dict(self.table.extra) if new else {}
        for name, column in self.columns.items():
            data[column.field] = column.data(after[name])
        if new not in self.forms:
            self.forms[new] = _remembering(
                self.office.get_form(self.request, row, change=not new), self.office.model
            )
        form_class = self.forms[new]
        for name, column in self.columns.items():  # what a new row's form does not ask
            if new and column.field not in form_class.base_fields and column.field == name:
                setattr(instance, name, after[name])
        form = form_class(data, instance=instance)
        valid = form.is_valid()
        if not valid:
            self._form_errors(form, lines[0], self.columns)
        formsets = []
        if wanted is not None and self.table.inner:
            formsets.append(self._fill_inner(row, form.instance, children, wanted, lines[0]))
        return _Trial(row, form, formsets, lines[0].number, key)

    def _fill_inner(
        self,
        row: models.Model | None,
        instance: models.Model,
        children: list[models.Model],
        wanted: list[Line],
        first: Line,
    ) -> Any:
        inner = self.table.inner
        assert inner  # noqa: S101
        if (row is None) not in self.formsets:
            self.formsets[row is None] = [
                (inline.get_formset(self.request, row), inline)
                for inline in self.office.get_inline_instances(self.request, row)
                if inline.model is inner.model
            ]
        ((formset_class, inline),) = self.formsets[row is None]
        prefix = formset_class.get_default_prefix()
        full = [self.full(line) for line in wanted]
        mark: Callable[[int, Values], Hashable] = lambda at, values: (  # noqa: E731
            tuple(values[name] for name in inner.key) if inner.key else at
        )
        left: dict[Hashable, tuple[Values, Line]] = {}
        for at, line in enumerate(wanted):
            mine = left.setdefault(mark(at, full[at]), (full[at], line))[1]
            if mine is not line:
                words = _("The same key stands in row %(row)s.") % {"row": mine.number}
                self.error(line.number, heading(self.inner[inner.key[-1]]), line.texts[inner.key[-1]], words)
        places: list[Line] = []
        data: dict[str, Any] = {}
        for at, child in enumerate(children):
            known = self.values(child)
            values, line = left.pop(mark(at, known), (None, first))
            data |= self._inner_data(f"{prefix}-{at}", known if values is None else values)
            data[f"{prefix}-{at}-id"] = child.pk
            if values is None:
                data[f"{prefix}-{at}-DELETE"] = "on"
            places.append(line)
        for values, line in left.values():
            data |= self._inner_data(f"{prefix}-{len(places)}", values)
            places.append(line)
        data |= {f"{prefix}-TOTAL_FORMS": len(places), f"{prefix}-INITIAL_FORMS": len(children)}
        formset = formset_class(data, instance=instance, prefix=prefix, queryset=inline.get_queryset(self.request))  # fmt: skip
        if not formset.is_valid():
            for form, line in zip(formset.forms, places, strict=True):
                self._form_errors(form, line, self.inner)
            for words in formset.non_form_errors():
                self.error(first.number, "", "", str(words))
        for form, words in getattr(formset, "warnings", ()):
            line = places[formset.forms.index(form)]
            label = str(inner.model._meta.verbose_name)
            key = " · ".join(line.texts.get(name, "") for name in self.table.key)
            self.found.warnings.append(Remark(line.number, label[:1].upper() + label[1:], shortened(key), str(words)))  # fmt: skip
        return formset

    def _inner_data(self, prefix: str, values: Values) -> dict[str, Any]:
        return {f"{prefix}-{c.field}": c.data(values[name]) for name, c in self.inner.items()}

    def _form_errors(self, form: Any, line: Line, columns: Mapping[str, Column]) -> None:
        for key, errors in form.errors.as_data().items():
            column = next((c for c in columns.values() if key in {c.field, c.field.rpartition("_")[0]}), None)
            text = line.texts.get(column.name, "") if column else ""
            for error in errors:
                words = " ".join(error.messages)
                if error.code == "invalid_choice" and column:
                    words = _("“%(value)s” is not known.") % {"value": shortened(text)}
                self.error(line.number, heading(column) if column else "" if key == NON_FIELD_ERRORS else key, text, words)  # fmt: skip

    # --- Differences --------------------------------------------------------------------------------------

    def _differences(self, row: Any, instance: Any, before: Values) -> list[tuple[str, str, str]]:
        self._raw: list[Any] = []
        cells = []
        for name, column in self.columns.items():
            now = column.value(instance)
            if row is None or now != before[name]:
                self._raw.append((name, None if row is None else before[name], now))
                old = "" if row is None else column.text(before[name])
                if old or column.text(now):
                    cells.append((heading(column), old, column.text(now)))
        return cells

    def _inner_differences(self, trial: _Trial, before: list[Values]) -> list[tuple[str, str, str]]:
        assert self.table.inner  # noqa: S101
        (formset,) = trial.formsets
        label = str(self.table.inner.model._meta.verbose_name)
        label = label[:1].upper() + label[1:]
        cells = []
        for at, form in enumerate(formset.forms):
            old = before[at] if at < len(before) else None
            now = None if form in formset.deleted_forms else self.values(form.instance)
            if old != now:
                self._raw.append((old, now))
                cells.append((label, self._told(old), self._told(now)))
        return cells

    def _told(self, values: Values | None) -> str:
        texts = [column.text(values[name]) for name, column in self.inner.items()] if values else []
        return " · ".join(filter(None, texts))

    @staticmethod
    def _plain(raw: Any) -> str:
        return repr(raw)

    # --- Writing ------------------------------------------------------------------------------------------

    def write_rest(self) -> Generator[int, None, None]:
        for done, trial in enumerate(self.rest):
            if done % _STEP == 0:
                yield trial.number
            self._write(trial)

    def _write(self, trial: _Trial) -> None:
        """As Django's own page of the row does it."""
        change = trial.row is not None
        try:
            with transaction.atomic():
                row = self.office.save_form(self.request, trial.form, change=change)
                self.office.save_model(self.request, row, trial.form, change)
                trial.form.save_m2m()
                for formset in trial.formsets:
                    self.office.save_formset(self.request, trial.form, formset, change=change)
        except IntegrityError:
            if self.write:
                raise Conflict("table_collides", _("Row %(row)s (%(key)s) collides with another one. Nothing was written.") % {"row": trial.number, "key": shortened(trial.key)}) from None  # fmt: skip
            self.error(trial.number, "", trial.key, _("This row collides with another one of the file or of the data."))  # fmt: skip
            return
        if self.write:
            words = self.office.construct_change_message(self.request, trial.form, trial.formsets, not change)
            log = self.office.log_change if change else self.office.log_addition
            log(self.request, row, words)


def _remembering(form_class: Any, own: type[models.Model]) -> Any:
    """The form with choices of other tables' rows looked up once each; those of its `own` the file itself changes."""
    for name, chosen in list(form_class.base_fields.items()):
        if isinstance(chosen, ModelChoiceField) and getattr(chosen.queryset, "model", None) is not own:
            form_class.base_fields[name] = remembering = copy(chosen)
            remembering.to_python = cache(chosen.to_python)  # type: ignore[method-assign] # of this form alone
    return form_class


def tried(steps: Generator[int, None, T]) -> T:
    """All of it at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found


def table_told(*, actor: Any, office: "ModelAdmin[Any]", request: HttpRequest, act: str, details: Mapping[str, Any]) -> None:  # fmt: skip
    """One entry for a file as a whole, beside those of its rows."""
    require(actor, CONFIGURE)
    audit.record(
        actor=actor, code=f"table.{act}", target=office.model._meta.model_name or "", details=details, request=request
    )  # fmt: skip
