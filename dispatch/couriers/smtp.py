"""Django's way to a mail server, bounded as a whole: smtplib bounds each read, and a letter takes a dozen of them."""

import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any

from django.core.mail.backends import smtp

WHOLE_SECONDS = 10.0


class _InTime(smtplib.SMTP):
    """Hangs up `WHOLE_SECONDS` after it was connected; whoever waits for an answer finds the connection closed."""

    _whole: threading.Timer | None = None

    def _get_socket(
        self, *address: Any
    ) -> socket.socket:  # smtplib's own place for what comes with connecting
        connected: socket.socket = super()._get_socket(*address)  # type: ignore[misc]
        self._whole = threading.Timer(WHOLE_SECONDS, self._hang_up)
        self._whole.daemon = True
        self._whole.start()
        return connected

    def _hang_up(self) -> None:
        with suppress(OSError):
            # Past SSLSocket.shutdown, which would let the rest of the letter out in the clear.
            if self.sock:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        if self._whole:
            self._whole.cancel()
        super().close()


class _SecureInTime(_InTime, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class EmailBackend(smtp.EmailBackend):
    """`django.core.mail.backends.smtp.EmailBackend` with an end to each connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureInTime if self.use_ssl else _InTime
