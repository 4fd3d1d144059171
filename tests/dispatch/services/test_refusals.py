"""Every verb and every role: those of the table may, all others are refused, change nothing and leave a trace."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel.access import Role
from boshan_police.kernel.errors import DomainError, Refused
from boshan_police.kernel.models import AuditEntry
from dispatch import access
from dispatch.lifecycle import ASSIGNMENT_MOVES, INCIDENT_MOVES
from dispatch.models import Assignment, Incident
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.caller import caller_reveal
from dispatch.services.escalation import escalation_snooze, escalation_take_over
from dispatch.services.followup import follow_up_record
from dispatch.services.handover import handover_accept, handover_offer
from dispatch.services.incident import (
    incident_cancel,
    incident_claim,
    incident_close,
    incident_file,
    incident_invalidate,
    incident_note,
    incident_reopen,
)
from dispatch.services.merging import incident_merge, incident_split
from dispatch.services.preemption import unit_preempt
from dispatch.services.reinforcement import reinforcement_ask, reinforcement_decline
from grid.models import User
from tests.world import SOUTH

from .conftest import refused

PERSON = {
    Role.DISPATCHER: "dispatcher",
    Role.WATCH_COMMANDER: "watch",
    Role.STATION_COMMANDER: "east_commander",
    Role.STATION_OFFICER: "east_officer",
    Role.GUARD_LEADER: "guard",
    Role.GRID_OFFICER: "east_grid",
    Role.ADMINISTRATOR: "admin",
}
CALLS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "claim": (access.CLAIM, lambda world, **who: incident_claim(**who)),
    "dispatch": (access.DISPATCH, lambda world, **who: assignment_create(units=[world.east_car_2.pk], **who)),
    "close": (access.CLOSE, lambda world, **who: incident_close(**who)),
    "cancel": (access.CANCEL, lambda world, **who: incident_cancel(reason="A hoax", **who)),
    "invalidate": (access.INVALIDATE, lambda world, **who: incident_invalidate(reason="A hoax", **who)),
    "reopen": (access.REOPEN, lambda world, **who: incident_reopen(reason="Again", **who)),
    "take_over": (access.TAKE_OVER, lambda world, **who: escalation_take_over(**who)),
    "snooze": (access.SNOOZE, lambda world, **who: escalation_snooze(minutes=5, reason="Called", **who)),
    "reinforce": (access.REINFORCE, lambda world, **who: reinforcement_ask(wanted="Two cars", **who)),
    "decline_reinforcement": (
        access.DECLINE_REINFORCEMENT, lambda world, **who: reinforcement_decline(reason="Nobody free", **who)
    ),
    "preempt": (
        access.PREEMPT, lambda world, **who: unit_preempt(unit=world.east_car_2.pk, reason="Knife", **who)
    ),
    "hand_over": (
        access.HAND_OVER, lambda world, **who: handover_offer(taker=SOUTH, reason="Theirs", **who)
    ),
    "take_in": (access.TAKE_IN, lambda world, **who: handover_accept(**who)),
    "merge": (access.MERGE, lambda world, **who: incident_merge(into="370304209901010001", **who)),
    "split": (
        access.SPLIT, lambda world, **who: incident_split(category="theft", summary="A bag is gone", **who)
    ),
    "follow_up": (access.FOLLOW_UP, lambda world, **who: follow_up_record(reached=False, **who)),
    "file": (
        access.FILE_INCIDENT,
        lambda world, actor, number: incident_file(actor=actor, category="fight", summary="Two men fight"),
    ),
    "note": (access.NOTE, lambda world, **who: incident_note(text="One is hurt", **who)),
    "reveal": (access.REVEAL, lambda world, **who: caller_reveal(reason="To call back", **who)),
}  # fmt: skip
PATHS = {
    "claim": ("claim/", None),
    "dispatch": ("assignments/", {"units": ["城东02"]}),
    "close": ("close/", None),
    "cancel": ("cancel/", {"reason": "A hoax"}),
    "invalidate": ("invalidate/", {"reason": "A hoax"}),
    "reopen": ("reopen/", {"reason": "Again"}),
    "take_over": ("take-over/", None),
    "snooze": ("snooze/", {"minutes": 5, "reason": "Called"}),
    "reinforce": ("reinforce/", {"wanted": "Two cars"}),
    "decline_reinforcement": ("reinforce/decline/", {"reason": "Nobody free"}),
    "preempt": ("preempt/", {"unit": "城东02", "reason": "Knife"}),
    "hand_over": ("hand-over/", {"taker": SOUTH, "reason": "Theirs"}),
    "take_in": ("hand-over/accept/", None),
    "merge": ("merge/", {"into": "370304209901010001"}),
    "split": ("split/", {"category": "theft", "summary": "A bag is gone"}),
    "follow_up": ("follow-up/", {"reached": False}),
    "note": ("notes/", {"text": "One is hurt"}),
    "reveal": ("reveal/", {"reason": "To call back"}),
}


def test_the_calls_are_all_there_are() -> None:
    assert set(INCIDENT_MOVES) <= set(CALLS)
    assert set(PATHS) == set(CALLS) - {"file"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", CALLS)
def test_the_service_asks_the_role(
    world: SimpleNamespace, file: Callable[..., Incident], verb: str, role: Role
) -> None:
    rule, call = CALLS[verb]
    given = {"actor": getattr(world, PERSON[role]), "number": file().number}
    if role not in rule.roles:
        with refused(Refused, "not_allowed", rule=rule.code):
            call(world, **given)
        return
    try:
        call(world, **given)
        code = ""
    except DomainError as error:  # by state or scope, not by role
        code = error.code
    assert code != "not_allowed"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", ASSIGNMENT_MOVES)
def test_a_step_asks_the_role(
    world: SimpleNamespace,
    file: Callable[..., Incident],
    send: Callable[..., Assignment],
    verb: str,
    role: Role,
) -> None:
    incident = file()
    order = send(incident, unit=world.squadron if role == Role.GUARD_LEADER else world.east_car)
    given = {"actor": getattr(world, PERSON[role]), "number": incident.number, "assignment": order.pk}
    rule = access.rule_for(ASSIGNMENT_MOVES[verb])
    if role not in rule.roles:
        with refused(Refused, "not_allowed", rule=rule.code):
            assignment_advance(verb=verb, **given)
        return
    if verb in {"accept", "release"}:
        assert assignment_advance(verb=verb, **given).changed
        return
    with refused(DomainError, "wrong_step"):
        assignment_advance(verb=verb, **given)


@pytest.mark.parametrize("verb", PATHS)
def test_a_refusal_over_http_stands_in_the_audit(
    world: SimpleNamespace, file: Callable[..., Incident], api: Callable[[User], Any], verb: str
) -> None:
    path, body = PATHS[verb]
    number = file().number
    answer = api(world.admin).send(f"incidents/{number}/{path}", body)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "not_allowed"
    entry = AuditEntry.objects.get()
    assert (entry.code, entry.actor, entry.actor_name) == ("access.refused", world.admin, "褚理")
    assert entry.target == f"POST /api/incidents/{number}/{path}"
    assert entry.details == {"reason": "not_allowed", "rule": CALLS[verb][0].code}


def test_a_locked_account_may_nothing(world: SimpleNamespace, file: Callable[..., Incident]) -> None:
    number = file().number
    world.dispatcher.is_active = False
    with refused(Refused, "not_allowed"):
        incident_cancel(actor=world.dispatcher, number=number, reason="A hoax")
