"""Requests that wait for work to come: bounded in number and time, and without a thread while they wait.

Each looks now and then; a look takes a thread and a connection for about a millisecond. Where too many wait
already, a request is answered at once, so that workers elsewhere never keep people from their pages.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic
from types import FrameType

from fastapi import Request
from starlette.concurrency import run_in_threadpool

#: in one process, and of them those of one account
MOST, MOST_OF_ONE = 64, 16
#: seconds between two looks
PAUSE = 0.5


class WaitingRoom:
    """Those who wait in this process."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()
        self._closed = False

    def close(self) -> None:
        """Let nobody wait any more: the process is to end."""
        self._closed = True

    def close_on_signal(self) -> None:
        """Close when the process is asked to end; what has been done about that so far is done after it."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._close_before(number, signal.getsignal(number))

    def _close_before(self, number: signal.Signals, others: object) -> None:
        def end(received: int, frame: FrameType | None) -> None:
            self.close()
            if callable(others):
                others(received, frame)

        if callable(others):
            signal.signal(number, end)

    async def wait(self, request: Request, person_id: str, there: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is there; False when the time is over, the caller has gone or there is no room."""
        if await run_in_threadpool(there):
            return True
        if seconds <= 0 or self._closed or self._waiting.total() >= MOST or self._waiting[person_id] >= MOST_OF_ONE:
            return False
        self._waiting[person_id] += 1
        try:
            return await self._look(request, there, monotonic() + seconds)
        finally:
            self._waiting[person_id] -= 1

    async def _look(self, request: Request, there: Callable[[], bool], until: float) -> bool:
        while (rest := until - monotonic()) > 0:
            await asyncio.sleep(min(PAUSE, rest))
            if self._closed or await request.is_disconnected():
                return False
            if await run_in_threadpool(there):
                return True
        return False
