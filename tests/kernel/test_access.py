"""Rules: who is allowed, who is refused, and what the refused one is told."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from boshan_police.kernel.access import CENTRE, EVERYONE, PUBLIC, SIGNED_IN, Role, Rule, require
from boshan_police.kernel.errors import Refused

RULE = Rule("tea.pour", "pour tea", CENTRE)


def person(role: str, **given: bool) -> SimpleNamespace:
    return SimpleNamespace(**{"is_authenticated": True, "is_active": True, **given}, role=role)


@pytest.mark.parametrize("role", list(Role))
def test_the_roles_named_and_no_others(role: Role) -> None:
    assert RULE.allows(person(role)) is (role in CENTRE)
    assert SIGNED_IN.allows(person(role))


@pytest.mark.parametrize(
    "actor", [AnonymousUser(), None, person("dispatcher", is_active=False), person("cook")]
)
def test_strangers_and_locked_accounts_are_not_allowed(actor: object) -> None:
    assert not RULE.allows(actor)
    assert not SIGNED_IN.allows(actor)
    assert PUBLIC.allows(actor)


def test_a_refusal_names_what_and_who_could() -> None:
    with pytest.raises(Refused) as caught:
        require(person(Role.GUARD_LEADER), RULE)
    error = caught.value
    assert (error.code, error.status, error.details) == ("not_allowed", 403, {"rule": "tea.pour"})
    assert error.message == "Not allowed: pour tea. Who can: Dispatcher、Watch commander."
    require(person(Role.DISPATCHER), RULE)


def test_a_refusal_speaks_the_readers_language() -> None:
    with translation.override("zh-hans"), pytest.raises(Refused) as caught:
        require(person(Role.GUARD_LEADER), RULE)
    assert str(Role.DISPATCHER.label) not in str(caught.value.message)
    assert "pour tea" in str(caught.value.message)


def test_every_role_is_in_everyone() -> None:
    assert set(Role) == EVERYONE
