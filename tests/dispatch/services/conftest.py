"""What the tests of the services look at after an act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Model

from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import Stage
from dispatch.models import (
    Assignment,
    DailySerial,
    Escalation,
    Incident,
    Notice,
    Policy,
    PolicyStep,
    TimelineEntry,
    Timer,
)
from patrol.models import Unit

_WRITTEN: tuple[type[Model], ...] = (
    Incident, Assignment, Unit, Timer, Escalation, Notice, TimelineEntry, DailySerial
)  # fmt: skip


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row that a service of `dispatch` may write."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in _WRITTEN}


@contextmanager
def refused(
    kind: type[DomainError], code: str, *, field: str | None = None, **details: Any
) -> Iterator[None]:
    """The block raises `kind` with `code`, the `field`, and at least these details, and leaves every row as it was."""
    before = rows()
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.field == field
    assert str(caught.value.message)
    assert details.items() <= caught.value.details.items()
    assert rows() == before


@contextmanager
def changes_nothing() -> Iterator[None]:
    """The block is no error and leaves every row as it was."""
    before = rows()
    yield
    assert rows() == before


def codes(incident: Incident) -> list[str]:
    """The timeline's codes in order; its versions run from 1 to the incident's own without a gap."""
    entries = list(incident.timeline.order_by("version").values_list("version", "code"))
    incident.refresh_from_db()
    assert [version for version, _code in entries] == list(range(1, incident.version + 1))
    return [code for _version, code in entries]


def pending(incident: Incident) -> Timer | None:
    """The one timer that waits."""
    found = list(incident.timers.filter(state=Timer.State.PENDING))
    assert len(found) <= 1
    return found[0] if found else None


@pytest.fixture
def limits(world: SimpleNamespace) -> Callable[..., None]:
    """`limits(Stage.NOT_DEPARTED, (60, 1), (120, 3))` adds (seconds, level) steps to the policy of priority 1."""

    def add(stage: Stage, *steps: tuple[int, int]) -> None:
        policy = Policy.objects.get(priority=1)
        for seconds, level in steps:
            PolicyStep.objects.create(policy=policy, stage=stage, seconds=seconds, level=level)
        forget_all()

    return add
