"""By e-mail, through a mail server."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from django.core import mail

from dispatch.models import Delivery, Incident
from dispatch.services.delivery import deliveries_send
from grid.models import Contact, User
from tests.dispatch.other_side import only

State = Delivery.State


def write_to(person: User) -> None:
    Contact.objects.create(person=person, channel="email", address="sun@boshan.example")


def by_smtp(settings: Any, address: tuple[str, int]) -> None:
    settings.EMAIL_ENABLED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = address


@contextmanager
def mail_server(handler: type[socketserver.BaseRequestHandler], settings: Any) -> Iterator[None]:
    """Letters go to a mail server that answers as `handler` does."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        by_smtp(settings, server.server_address)  # type: ignore[arg-type]
        yield
        server.shutdown()


def test_an_e_mail_carries_the_link(
    world: SimpleNamespace, escalate: Callable[..., Incident], settings: Any
) -> None:
    settings.EMAIL_ENABLED, settings.SITE_URL = True, "https://boshan.example"
    write_to(world.east_commander)
    incident = escalate()
    deliveries_send()
    (sent,) = mail.outbox
    assert sent.to == ["sun@boshan.example"]
    assert incident.short_number in sent.subject
    assert f"https://boshan.example/notices/{only().key}/" in sent.body
    assert "持刀" not in sent.subject + sent.body


class MailServer(socketserver.StreamRequestHandler):
    """Takes one letter by SMTP, or answers each recipient with `refusal`."""

    letters: ClassVar[list[str]] = []
    refusal: ClassVar[str] = ""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode():
            verb = line[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.letters.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._say(self.refusal if verb == "RCPT" and self.refusal else "250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.mark.parametrize(
    ("refusal", "state", "error"),
    [
        ("", State.SENT, ""),
        ("451 later", State.QUEUED, "SMTP 451"),
        ("550 no such person", State.FAILED, "SMTP 550"),
    ],
)
def test_a_mail_server_takes_it_or_says_why_not(
    world: SimpleNamespace,
    escalate: Callable[..., Incident],
    settings: Any,
    refusal: str,
    state: str,
    error: str,
) -> None:
    handler = type("Handler", (MailServer,), {"letters": [], "refusal": refusal})
    write_to(world.east_commander)
    with mail_server(handler, settings):
        escalate()
        deliveries_send()
    assert (only().state, only().error) == (state, error)
    assert [f"Message-ID: <{only().key}@boshan>" in letter for letter in handler.letters] == [True] * (
        not refusal
    )


def test_a_mail_server_that_is_away_is_asked_again(
    world: SimpleNamespace, escalate: Callable[..., Incident], settings: Any
) -> None:
    by_smtp(settings, ("127.0.0.1", 9))
    write_to(world.east_commander)
    escalate()
    deliveries_send()
    assert (only().state, only().error) == (State.QUEUED, "ConnectionRefusedError")


def test_a_mail_server_that_answers_by_drops_is_left(
    world: SimpleNamespace, escalate: Callable[..., Incident], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drop comes in time; the whole answer would never."""
    monkeypatch.setattr("dispatch.couriers.smtp.WHOLE_SECONDS", 0.4)
    over = threading.Event()

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.sendall(b"220 ")
                while not over.wait(0.1):
                    self.request.sendall(b".")

    write_to(world.east_commander)
    with mail_server(Drip, settings):
        escalate()
        guard = threading.Timer(20, over.set)  # where nothing bounds it
        guard.start()
        deliveries_send()
        guard.cancel()
        assert not over.is_set()
        over.set()
    assert (only().state, only().error) == (State.QUEUED, "SMTPServerDisconnected")
