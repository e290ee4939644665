"""Connections to a mail server whose time is limited as a whole: that of smtplib is, for every piece that comes."""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

#: seconds for a letter with papers on a slow line
LONGEST = 300.0


class TimedConnection(smtplib.SMTP):
    """Hangs up on a server that drips: otherwise it would hold a worker for ever."""

    _alarm: Timer

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        self._alarm = Timer(LONGEST, self._hang_up)
        self._alarm.daemon = True
        self._alarm.start()
        return super().connect(host, port, source_address)

    def close(self) -> None:
        self._alarm.cancel()
        super().close()

    def _hang_up(self) -> None:
        """Whoever reads or writes sees an end, on an encrypted connection too."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class TimedTLSConnection(TimedConnection, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""
