"""The audit trail: what an entry holds, that it goes with the act, and that it never hides a page."""

import logging
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.test import RequestFactory

from boshan_police.kernel import audit, clock
from boshan_police.kernel.models import AuditEntry


def test_an_entry_names_who_what_when_and_from_where(world: SimpleNamespace) -> None:
    request = RequestFactory().get("/board/", REMOTE_ADDR="10.0.0.7")
    with clock.at(clock.now()):
        audit.record(
            actor=world.watch, code="tea.poured", target="cup 3", details={"sugar": 2}, request=request
        )
        now = clock.now()
    entry = AuditEntry.objects.get()
    assert (entry.at, entry.actor, entry.actor_name, entry.code) == (now, world.watch, "赵守一", "tea.poured")
    assert (entry.target, entry.details, entry.address) == ("cup 3", {"sugar": 2}, "10.0.0.7")


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_a_stranger_has_no_name(db: None, nobody: object) -> None:
    audit.record(actor=nobody, code="tea.refused")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name, entry.address, entry.details) == (None, "", "", {})


def test_the_name_stays_as_it_was(world: SimpleNamespace) -> None:
    audit.record(actor=world.watch, code="tea.poured")
    world.watch.name = "赵二"
    world.watch.save()
    assert AuditEntry.objects.get().actor_name == "赵守一"


def test_a_long_address_is_cut_and_not_refused(world: SimpleNamespace) -> None:
    request = RequestFactory().get("/" + "x" * 500)
    audit.record_refusal(request=request, actor=world.guard, code="not_allowed", details={"rule": "tea.pour"})
    entry = AuditEntry.objects.get()
    assert (entry.code, len(entry.target)) == ("access.refused", 200)
    assert entry.target.startswith("GET /xxx")
    assert entry.details == {"reason": "not_allowed", "rule": "tea.pour"}


def test_an_act_rolled_back_takes_its_entry_along(world: SimpleNamespace) -> None:
    with transaction.atomic():
        audit.record(actor=world.watch, code="tea.poured")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_a_trail_that_can_not_be_written_is_logged(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(**_: object) -> None:
        raise DatabaseError("no space left on device")

    monkeypatch.setattr(AuditEntry.objects, "create", gone)
    with caplog.at_level(logging.ERROR):
        audit.record_refusal(request=RequestFactory().get("/board/"), actor=world.guard, code="not_allowed")
    assert "refusal not recorded" in caplog.text
    assert "/board/" in caplog.text
