"""caller_reveal: who, when and why, each time."""

from collections.abc import Callable
from types import SimpleNamespace

from boshan_police.kernel.errors import Invalid, NotFound
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Incident
from dispatch.services.caller import Caller, caller_reveal

from .conftest import codes, refused

File = Callable[..., Incident]


def test_each_look_is_told_in_timeline_and_audit(world: SimpleNamespace, file: File) -> None:
    incident = file(caller_name="李小明", caller_phone="13800000612")
    for _ in range(2):
        seen = caller_reveal(actor=world.east_officer, number=incident.number, reason=" To call back ")
        assert seen == Caller("李小明", "13800000612")
    assert codes(incident)[1:] == ["caller.revealed"] * 2
    assert set(AuditEntry.objects.values_list("code", "actor", "target")) == {
        ("caller.revealed", world.east_officer.pk, incident.number)
    }
    assert AuditEntry.objects.count() == 2
    assert AuditEntry.objects.first().details == {"reason": "To call back"}


def test_without_a_reason_or_out_of_scope_nothing_is_shown(world: SimpleNamespace, file: File) -> None:
    number = file(caller_name="李小明").number
    with refused(Invalid, "reason_missing", field="reason"):
        caller_reveal(actor=world.east_officer, number=number, reason=" ")
    with refused(NotFound, "not_found"):
        caller_reveal(actor=world.south_officer, number=number, reason="To call back")
    assert not AuditEntry.objects.exists()
