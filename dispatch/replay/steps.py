"""From a row of a log to the acts that play it. Pure: no clock, no table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .log import LogRow


class Verb(StrEnum):
    """What is done in one step; each is one service."""

    FILE = "file"
    DISPATCH = "dispatch"
    CLAIM = "claim"
    ACCEPT = "accept"
    DEPART = "depart"
    ARRIVE = "arrive"
    REPORT = "report"
    CLOSE = "close"
    CALL_OFF = "call_off"
    """Closed in the log although nobody arrived."""
    END = "end"
    """The log does not say how it ended."""


STAMP = {
    Verb.DISPATCH: "dispatched_at",
    Verb.CLAIM: "dispatched_at",
    Verb.ACCEPT: "accepted_at",
    Verb.DEPART: "departed_at",
    Verb.REPORT: "reported_back_at",
}


@dataclass(frozen=True)
class LogStep:
    """One act of a row. `at` is stamped; `inferred` says that the log does not hold that time and a later step brought
    it along. `order` is when its turn comes: never before the step before, whatever the log says.
    """

    row: LogRow
    index: int
    verb: Verb
    at: datetime
    order: datetime
    inferred: bool = False


def steps_of(row: LogRow) -> list[LogStep]:
    """The row's acts in the order of the lifecycle, not of their stamps: a real log may close before it arrives, and
    such a row is played to its end with the stamps it has.
    """
    acts = [*_filing(row), *_work(row), *_ending(row)]
    steps: list[LogStep] = []
    for index, (verb, at, inferred) in enumerate(acts):
        order = max(at, steps[-1].order) if steps else at
        steps.append(LogStep(row, index, verb, at, order, inferred))
    return steps


def merged(rows: Iterable[LogRow]) -> list[LogStep]:
    """The acts of all rows in the order of time; at the same instant the row higher up comes first."""
    return sorted(
        (step for row in rows for step in steps_of(row)),
        key=lambda step: (step.order, step.row.line, step.index),
    )


def inferred_stamps(row: LogRow) -> list[str]:
    """The names of the incident's stamps that the row does not hold itself."""
    names = {STAMP[step.verb] for step in steps_of(row) if step.inferred and step.verb in STAMP}
    if row.self_initiated and row.accepted is None:
        names.add("accepted_at")  # a claim is dispatch and acceptance in one
    return sorted(names)


_Act = tuple[Verb, datetime, bool]


def _filing(row: LogRow) -> list[_Act]:
    entered = row.entered or row.received
    return [(Verb.FILE, max(entered, row.received), row.entered is None)]


def _work(row: LogRow) -> list[_Act]:
    """From the order to the scene, as far as the log goes; an earlier stage without a time took place by the next one's."""
    known = [row.dispatched, row.accepted, row.departed, row.arrived]
    first_verb = Verb.CLAIM if row.self_initiated else Verb.DISPATCH
    acts: list[_Act] = []
    for position, verb in enumerate((first_verb, Verb.ACCEPT, Verb.DEPART, Verb.ARRIVE)):
        later = [at for at in known[position:] if at is not None]
        if not later:
            break
        if verb == Verb.ACCEPT and row.self_initiated:
            continue
        acts.append((verb, later[0], known[position] is None))
    return acts


def _ending(row: LogRow) -> list[_Act]:
    if row.closed and row.arrived:
        reported = row.reported_back or row.closed
        return [
            (Verb.REPORT, reported, row.reported_back is None),
            (Verb.CLOSE, row.closed, False),
        ]
    if row.closed:
        return [(Verb.CALL_OFF, row.closed, False)]
    report: list[_Act] = (
        [(Verb.REPORT, row.reported_back, False)] if row.reported_back and row.arrived else []
    )
    known = [row.entered, row.dispatched, row.accepted, row.departed, row.arrived, row.reported_back]
    last = max([row.received, *(at for at in known if at)])
    return [*report, (Verb.END, last, True)]
