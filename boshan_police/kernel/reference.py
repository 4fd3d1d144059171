"""Reference data held in the process: small, read on every request, changed a few times a day.

A holder asks the database once a second whether its tables moved on (`ReferenceVersion`), so an administrator's
change reaches every process within a second and a request pays nothing.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from django.db.models import Sum

T = TypeVar("T")
CHECK_SECONDS = 1.0


class Holder(Protocol):
    """Whatever keeps something of the database in the process."""

    def forget(self) -> None: ...


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """Let `forget_all` reach `holder` too."""
    _holders.append(holder)


class Reference(Generic[T]):
    """Loads with `load` when one of `names` has a newer version. Thread-safe; a failed reload keeps raising."""

    def __init__(self, names: tuple[str, ...], load: Callable[[], T]) -> None:
        self._names, self._load = names, load
        self._lock = threading.Lock()
        self._value: T | None = None
        self._version = -1
        self._checked = 0.0
        register(self)

    def get(self) -> T:
        """The present value; at most one extra query a second."""
        if self._value is not None and time.monotonic() - self._checked < CHECK_SECONDS:
            return self._value
        with self._lock:
            if self._value is None or time.monotonic() - self._checked >= CHECK_SECONDS:
                version = self._current_version()
                if self._value is None or version != self._version:
                    self._value, self._version = self._load(), version
                self._checked = time.monotonic()
            return self._value

    def forget(self) -> None:
        """Load anew at the next use."""
        self._value, self._checked = None, 0.0

    def _current_version(self) -> int:
        from .models import ReferenceVersion  # this module is imported before the app registry is ready

        found = ReferenceVersion.objects.filter(name__in=self._names).aggregate(total=Sum("version"))
        return found["total"] or 0


def forget_all() -> None:
    """For tests that roll the database back under the holders."""
    for holder in _holders:
        holder.forget()
