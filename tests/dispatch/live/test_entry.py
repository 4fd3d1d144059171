"""Who gets a socket, and who loses it."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from knox.models import AuthToken
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from boshan_police.benches.scratch import Server
from boshan_police.kernel.access import Role
from grid.credentials import RIGHTS_CHANGED, SIGNED_OUT
from tests.live_server import Screen, session_headers, token_headers
from tests.world import SOUTH

Open = Callable[..., Screen]


def refusal(server: Server, path: str = "/ws/board/", **given: object) -> int:
    """The HTTP status with which the handshake is refused."""
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{server.ws}{path}", proxy=None, **given)  # type: ignore[arg-type]
    return refused.value.response.status_code


def test_a_browser_with_its_session_and_a_machine_with_its_token_are_greeted(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    assert screen(committed_world.dispatcher, by="session").hello["scope"] == {
        "kind": "district",
        "organisation": None,
    }
    hello = screen(committed_world.east_officer).hello
    assert hello["user"] == "east_officer"
    assert hello["scope"]["kind"] == "station"


def test_nobody_without_account_a_wrong_token_or_a_foreign_page_gets_in(
    committed_world: SimpleNamespace, portal: Server
) -> None:
    user = committed_world.dispatcher
    assert refusal(portal) == 403
    assert refusal(portal, additional_headers={"Authorization": "Token 0123456789abcdef"}) == 403
    assert refusal(portal, additional_headers={"Authorization": "Basic eDp5"}) == 403
    for headers in (session_headers(user), token_headers(user)):
        assert refusal(portal, additional_headers=headers, origin="http://elsewhere.example") == 403
    assert refusal(portal, "/ws/elsewhere/", additional_headers=token_headers(user)) == 403
    user.is_active = False
    user.save()
    assert refusal(portal, additional_headers=token_headers(user)) == 403


def test_a_deactivated_account_is_closed(committed_world: SimpleNamespace, screen: Open) -> None:
    watch, other = screen(committed_world.watch, by="session"), screen(committed_world.dispatcher)
    committed_world.watch.is_active = False
    committed_world.watch.save()
    assert watch.closing_code() == SIGNED_OUT
    other.wait_for("heartbeat")


def test_an_ended_session_and_a_revoked_token_are_closed(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    browser = screen(committed_world.dispatcher, by="session")
    machine = screen(committed_world.dispatcher)
    Session.objects.all().delete()
    assert browser.closing_code() == SIGNED_OUT
    machine.wait_for("heartbeat")
    AuthToken.objects.all().delete()
    assert machine.closing_code() == SIGNED_OUT


def test_a_changed_password_ends_the_session_but_not_the_token(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    browser = screen(committed_world.dispatcher, by="session")
    machine = screen(committed_world.dispatcher)
    committed_world.dispatcher.set_password("another-plain-password")
    committed_world.dispatcher.save()
    assert browser.closing_code() == SIGNED_OUT
    machine.wait_for("heartbeat")


@pytest.mark.parametrize("change", [{"role": Role.STATION_COMMANDER}, {"organisation_id": SOUTH}])
def test_a_new_role_or_organisation_closes_so_that_the_screen_comes_back_with_what_is_its_own_now(
    committed_world: SimpleNamespace, screen: Open, change: dict[str, str]
) -> None:
    officer = committed_world.east_officer
    held = screen(officer)
    for name, value in change.items():
        setattr(officer, name, value)
    officer.save()
    assert held.closing_code() == RIGHTS_CHANGED
    assert screen(officer).hello["scope"]["organisation"] == officer.organisation_id


def test_a_ping_is_answered_other_words_are_ignored_and_speeches_end_it(
    committed_world: SimpleNamespace, screen: Open
) -> None:
    held = screen(committed_world.dispatcher)
    for word in ("", "[]", '"ping"', "{", '{"type": "subscribe", "topics": ["district"]}'):
        held.socket.send(word)
    held.socket.send(b'{"type": "ping"}')
    assert not [frame for frame in held.hear(0.3) if frame["type"] == "pong"]
    held.socket.send('{"type": "ping"}')
    assert held.wait_for("pong")["at"].endswith("Z")
    held.socket.send("x" * 2000)
    assert held.closing_code() == 1009
