"""Where the demo's web server listens, and what to call it in a browser."""

import errno
import ipaddress
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from .errors import ServersUnavailable

_PORTS_TRIED = 100


@dataclass(frozen=True)
class WebAddress:
    """A host to bind and a TCP port."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self._name}:{self.port}/"

    @property
    def board_socket(self) -> str:
        return f"ws://{self._name}:{self.port}/ws/board/"

    @property
    def _name(self) -> str:
        """The host as a browser on this machine writes it."""
        if self.host in {"0.0.0.0", "::"}:  # noqa: S104 - all interfaces, when asked for
            return "127.0.0.1"
        return f"[{self.host}]" if ":" in self.host else self.host


def choose_address(host: str, port: int, say: Callable[[str], object]) -> WebAddress:
    """The wanted port or the next free one. Names what holds a taken port, and warns of an open host."""
    if not _is_loopback(host):
        say(f"Warning: {host} lets other machines in, and the demo's passwords are public.")
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        if _is_free(host, candidate):
            return WebAddress(host, candidate)
        say(f"Port {candidate} is taken{_holder(candidate)}; trying the next one.")
    raise ServersUnavailable(f"No free port from {port} on.")


def free_port() -> int:
    """A TCP port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the portal answers there with 200 within a second."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServersUnavailable(f"{host} is no address of this machine: {error.strerror}.") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except PermissionError:
            raise ServersUnavailable(f"Port {port} is reserved for root; choose one from 1024.") from None
        except OverflowError:
            raise ServersUnavailable(f"{port} is no port: they go up to 65535.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ServersUnavailable(f"Cannot listen on {host}: {error.strerror}.") from error
            return False
    return True


def _holder(port: int) -> str:
    """` by nginx (pid 12)` where the system tells us, else nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return ""
