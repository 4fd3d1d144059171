"""The gazetteer by file: checked as a whole when it comes, taken over as a whole by a second step, or not at all."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Field

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from boshan_police.kernel.inputs import Degrees, Text
from grid import access
from grid.coordinates import System, given_point
from grid.models import PlaceName, PlaceNameFile, User
from grid.place_name_table import COLUMNS, Row, read_table
from grid.selectors.territory import territory

_BATCH = 1000
_FIELDS: "dict[str, Field[Any, Any, Any, Any]]" = {
    "name": Text(max_length=60),
    "aliases": Text(max_length=200, allow_blank=True),
    "address": Text(max_length=200, allow_blank=True),
    "source": Text(max_length=100, allow_blank=True),
    "lat": Degrees(limit=90),
    "lon": Degrees(limit=180),
}
_CHANGEABLE = ["aliases", "kind", "lat", "lon", "source", "active"]


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a file."""

    line: int
    column: str
    text: str


@dataclass
class Checked:
    """What a file would do: `names` (unsaved, keys made by the import), and every fault. With a fault it does nothing."""

    names: list[PlaceName] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    same: int = 0
    outside: int = 0


def place_name_file_take(*, actor: User, file: IO[bytes], name: str, size: int, system: str) -> PlaceNameFile:
    """Read and keep a file of `size` bytes; nothing of the gazetteer changes. `system`: of all its coordinates.

    Invalid for no table.
    """
    require(actor, access.CONFIGURE)
    if system not in set(System):
        raise Invalid("unknown_system", _("Say which coordinate system the file has."), field="system")
    rows = read_table(file, name, size)
    with transaction.atomic():
        taken = PlaceNameFile.objects.create(
            name=name[-120:], system=system, uploaded_at=clock.now(), uploaded_by=actor, rows=rows
        )
        audit.record(
            actor=actor,
            code="configuration.uploaded",
            target=f"placenamefile {taken.pk}",
            details={"file": taken.name, "system": system, "rows": len(rows)},
        )
    return taken


def place_name_file_check(file: PlaceNameFile) -> Checked:
    """Every row of `file` as it would be taken over. One query."""
    checked = Checked()
    kinds = _kinds()
    present = {(one.name, one.address): one for one in PlaceName.objects.all()}
    lines: dict[tuple[str, str], int] = {}
    for row in file.rows:
        line, before = int(row["_line"]), len(checked.faults)
        values = {column: _read(checked, row, column) for column in _FIELDS}
        kind = kinds.get(row.get("kind", "") or PlaceName.Kind.OTHER)
        if kind is None:
            words = {"kind": row["kind"], "known": "、".join(str(label) for label in PlaceName.Kind.labels)}
            checked.faults.append(
                Fault(line, COLUMNS["kind"][0], _("“%(kind)s” is not one of %(known)s.") % words)
            )
        key = (values["name"] or "", values["address"] or "")
        if values["name"] and key in lines:
            text = _("The same name and address stand in line %s.") % lines[key]
            checked.faults.append(Fault(line, COLUMNS["name"][0], text))
        lines.setdefault(key, line)
        if len(checked.faults) == before:
            _count(checked, _named(values, kind or "", file), present.get(key))
    return checked


def place_name_file_import(*, actor: User, key: int) -> PlaceNameFile:
    """Take a checked file over: new names are added, known ones (same name and address) changed, none removed.

    All rows or none: Invalid `faulty_rows` with the first faults. Conflict where it was taken over before.
    """
    require(actor, access.CONFIGURE)
    file = PlaceNameFile.objects.filter(pk=key).first()
    if file is None:
        raise NotFound("not_found", _("There is no such file."))
    checked = place_name_file_check(file)  # long for a large file: before the transaction, which may not idle
    if checked.faults:
        raise Invalid("faulty_rows", _("Nothing was imported: some rows are wrong."), field="file")
    file.imported_at = clock.now()
    file.added, file.changed, file.rows = checked.added, checked.changed, []
    done = {name: getattr(file, name) for name in ("imported_at", "added", "changed", "rows")}
    with transaction.atomic():
        if not PlaceNameFile.objects.filter(pk=key, imported_at=None).update(**done):
            raise Conflict("wrong_state", _("This file was imported before."))
        for start in range(0, len(checked.names), _BATCH):
            _write(checked.names[start : start + _BATCH])
        audit.record(
            actor=actor,
            code="configuration.imported",
            target=f"placenamefile {key}",
            details={"file": file.name, "system": file.system, "added": file.added, "changed": file.changed},
        )
    return file


def _write(names: list[PlaceName]) -> None:
    for name in names:
        name.make_keys()
    PlaceName.objects.bulk_create(
        names,
        update_conflicts=True,
        unique_fields=["name", "address"],
        update_fields=[*_CHANGEABLE, "letters", "initials"],
    )


def _kinds() -> dict[str, str]:
    """{code or name in any of our languages: code}: a file is not of the language of who imports it."""
    kinds = {value: value for value in PlaceName.Kind.values}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            kinds |= {str(label): value for value, label in PlaceName.Kind.choices}
    return kinds


def _read(checked: Checked, row: Row, column: str) -> Any:
    """The value of a cell; None and a fault where it is wrong."""
    given = row.get(column, "")
    try:
        if not given and column not in {"name", "lat", "lon"}:
            return ""
        if column in {"lat", "lon"}:
            given = unicodedata.normalize("NFKC", given)  # full-width digits
        return _FIELDS[column].run_validation(given)
    except ValidationError as error:
        for text in _sentences(error.detail):
            checked.faults.append(Fault(int(row["_line"]), COLUMNS[column][0], text))
        return None


def _sentences(detail: Any) -> Iterable[str]:
    return [str(one) for one in (detail if isinstance(detail, list) else [detail])]


def _named(values: dict[str, Any], kind: str, file: PlaceNameFile) -> PlaceName:
    point = given_point(values["lat"], values["lon"], file.system)
    return PlaceName(
        **{**values, "lat": point.lat, "lon": point.lon, "source": values["source"] or file.name[:100]},
        kind=kind,
        active=True,
    )


def _count(checked: Checked, name: PlaceName, known: PlaceName | None) -> None:
    checked.outside += not territory().locate(name.lat, name.lon).inside
    if known is None:
        checked.added += 1
    elif all(getattr(known, column) == getattr(name, column) for column in _CHANGEABLE):
        checked.same += 1
        return
    else:
        checked.changed += 1
    checked.names.append(name)
