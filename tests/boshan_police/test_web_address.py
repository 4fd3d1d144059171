import os
import socket

import pytest

from boshan_police.embedded.errors import ServersUnavailable
from boshan_police.embedded.web_address import WebAddress, answers, choose_address


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_taken_port_is_named_and_the_next_free_one_used():
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        address = choose_address("127.0.0.1", taken, said.append)
    assert address.port > taken
    assert said[0].startswith(f"Port {taken} is taken by ")
    assert f"(pid {os.getpid()})" in said[0]


def test_a_free_port_on_loopback_needs_no_words():
    said: list[str] = []
    port = free_port()
    assert choose_address("127.0.0.1", port, said.append) == WebAddress("127.0.0.1", port)
    assert said == []


def test_an_open_host_is_warned_of_in_one_line():
    said: list[str] = []
    address = choose_address("0.0.0.0", free_port(), said.append)  # noqa: S104 - it only looks whether it could
    assert len(said) == 1
    assert "lets other machines in" in said[0]
    assert address.url == f"http://127.0.0.1:{address.port}/"
    assert address.board_socket == f"ws://127.0.0.1:{address.port}/ws/board/"


def test_ipv6_is_written_as_browsers_write_it():
    assert WebAddress("::1", 8000).url == "http://[::1]:8000/"


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 8000), ("no.such.host.invalid", 8000), ("127.0.0.1", 70000)]
)
def test_an_address_that_cannot_be_is_a_sentence(host, port):
    with pytest.raises(ServersUnavailable):
        choose_address(host, port, print)


def test_nobody_there_does_not_answer():
    assert not answers(f"http://127.0.0.1:{free_port()}/health/")
