"""Where acts come from when nobody pressed a button: a replayed log, the simulation.

Like `clock.at()`, it is set around the services by a command and read in one place, where the timeline is written.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_facts: ContextVar[Mapping[str, Any]] = ContextVar("origin", default={})  # noqa: B039 - never changed in place


def facts() -> Mapping[str, Any]:
    """What every timeline entry written now says about its origin; empty for acts of people."""
    return _facts.get()


@contextmanager
def told_by(**given: Any) -> Iterator[None]:
    """Add `given` (JSON values) to the data of every timeline entry written inside the block."""
    token = _facts.set(given)
    try:
        yield
    finally:
        _facts.reset(token)
