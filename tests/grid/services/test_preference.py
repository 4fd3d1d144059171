"""One's own sound, notices and keys: kept, bounded, told to one's screens; a minute's silence is logged."""

from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.models import AuditEntry
from grid import live
from grid.models import Preference, User
from grid.models.preference import read_preference
from grid.services.preference import preference_save, sound_mute


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], dict[str, Any]]]:
    sent: list[tuple[set[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        live.live, "publish", lambda topics, message: sent.append((set(topics), dict(message)))
    )
    return sent


def test_choices_are_kept_and_told_to_ones_screens(world: SimpleNamespace, told: list[Any]) -> None:
    preference_save(actor=world.east_officer, order_sound=2, volume=20, single_keys=False)
    kept = User.objects.get(pk=world.east_officer.pk).chosen
    assert kept == Preference(order_sound=2, volume=20, single_keys=False)
    ((topics, message),) = told
    assert topics == {"org:370304510000"}
    assert (message["type"], message["username"], message["order_sound"]) == ("preference", "east_officer", 2)
    assert User.objects.get(pk=world.watch.pk).chosen == Preference()
    entry = AuditEntry.objects.get(code="preference.saved")
    assert entry.details == {"order_sound": 2, "volume": 20, "single_keys": False}


def test_a_repeat_changes_and_tells_nothing(world: SimpleNamespace, told: list[Any]) -> None:
    preference_save(actor=world.watch, late_sound=0)
    preference_save(actor=world.watch, late_sound=0)
    assert len(told) == 1
    assert AuditEntry.objects.filter(code="preference.saved").count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("volume", 19), ("volume", 101), ("order_sound", 5), ("late_notice", -1)]
)
def test_what_is_out_of_range_is_refused(
    world: SimpleNamespace, told: list[Any], field: str, value: int
) -> None:
    with pytest.raises(Invalid) as caught:
        preference_save(actor=world.watch, **{field: value})
    assert (caught.value.code, caught.value.field) == ("out_of_range", field)
    assert User.objects.get(pk=world.watch.pk).preference == {}
    assert told == []


def test_an_escalation_has_no_switch() -> None:
    assert "escalated_sound" not in Preference().as_json()


@pytest.mark.parametrize("stored", [{}, {"volume": 5, "order_sound": "all", "old": 1}, {"single_keys": 0}])
def test_what_can_not_be_read_is_the_usual(stored: dict[str, Any]) -> None:
    assert read_preference(stored) == Preference()


def test_a_minute_of_silence_is_logged(world: SimpleNamespace) -> None:
    assert sound_mute(actor=world.dispatcher) == 60
    entry = AuditEntry.objects.get(code="sound.muted")
    assert (entry.actor, entry.details) == (world.dispatcher, {"seconds": 60})
