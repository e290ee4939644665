"""A database server that is away for a moment: a supervisor would start the process again, here it asks again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

T = TypeVar("T")


def patiently(ask: Callable[[], T]) -> T:
    """Ask until the server answers, for some twenty seconds."""
    for _ in range(400):
        try:
            return ask()
        except OperationalError:
            time.sleep(0.05)
    return ask()


def patiently_until(holds: Callable[[], bool], seconds: int = 60) -> None:
    """Go on when something has come true, or after a minute without it."""
    for _ in range(20 * seconds):
        if holds():
            return
        time.sleep(0.05)
