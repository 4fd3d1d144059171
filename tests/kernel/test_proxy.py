"""Behind the proxy the audit trail and the pause after wrong passwords know people's own addresses; a header alone tells nothing."""

from types import SimpleNamespace

import pytest
from django.test import Client

from boshan_police.kernel.models import AuditEntry
from tests.world import PASSWORD, sign_in_ready

OWN, ANOTHER = "10.1.0.7", "10.1.0.8"


@pytest.fixture
def dispatcher(world: SimpleNamespace, settings: SimpleNamespace) -> str:
    """The name of an account that is paused after two wrong passwords."""
    settings.AXES_FAILURE_LIMIT = 2
    sign_in_ready(world.dispatcher)
    return world.dispatcher.username


def sign_in(username: str, forwarded: str, password: str = PASSWORD) -> int:
    """The answer's status; 302 is in."""
    return (
        Client()
        .post("/login/", {"username": username, "password": password}, headers={"X-Forwarded-For": forwarded})
        .status_code
    )


def test_wrong_passwords_pause_the_address_they_came_from(dispatcher: str, settings: SimpleNamespace) -> None:
    settings.BEHIND_PROXY = True
    for forged in ("1.1.1.1", "2.2.2.2"):
        sign_in(dispatcher, f"{forged}, {OWN}", "wrong")
    assert sign_in(dispatcher, OWN) == 429
    assert sign_in(dispatcher, ANOTHER) == 302
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {OWN, ANOTHER}


def test_without_a_proxy_the_header_changes_nothing(dispatcher: str) -> None:
    for forged in (OWN, ANOTHER):
        sign_in(dispatcher, forged, "wrong")
    assert sign_in(dispatcher, "10.1.0.9") == 429
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}
