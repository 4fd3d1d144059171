"""Organisations held in the process: names without joins."""

from dataclasses import dataclass

from boshan_police.kernel.reference import Reference
from grid.models import Organisation


@dataclass(frozen=True)
class Organisations:
    """All organisations at one moment, by code."""

    by_code: dict[str, Organisation]
    stations: list[Organisation]
    """The stations in the order of their codes."""

    def label(self, code: str | None) -> str:
        """The short name in the reader's language; empty for none."""
        organisation = self.by_code.get(code or "")
        return organisation.label if organisation else ""


def _load() -> Organisations:
    """One query."""
    rows = list(Organisation.objects.order_by("code"))
    return Organisations(
        {row.code: row for row in rows}, [row for row in rows if row.kind == Organisation.Kind.STATION]
    )


_reference = Reference(("organisation",), _load)


def organisations() -> Organisations:
    """The organisations as they are now; at most one extra query a second."""
    return _reference.get()
