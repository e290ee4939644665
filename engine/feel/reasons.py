"""Why a value became null. The standard turns errors into null (DMN 1.5, 10.3.2.13); who asks gets the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

#: enough to understand a failure, few enough to store
MAX_REASONS = 50


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One place where null came up, and why."""

    message: str
    #: offset in the text of the expression, or None when only the function is known
    offset: int | None = None

    def __str__(self) -> str:
        return self.message


_collected: ContextVar[list[Reason] | None] = ContextVar("feel_reasons", default=None)


@contextmanager
def collect() -> Iterator[list[Reason]]:
    """Gather the reasons of everything evaluated inside the block."""
    reasons: list[Reason] = []
    token = _collected.set(reasons)
    try:
        yield reasons
    finally:
        _collected.reset(token)


def null(message: str, *values: object, offset: int | None = None) -> Any | None:
    """Give null and remember why; `{}` in the message is filled with the kinds of the values only when asked for."""
    reasons = _collected.get()
    if reasons is not None and len(reasons) < MAX_REASONS:
        from engine.feel.values import kind_of

        text = message.format(*(kind_of(value) for value in values)) if values else message
        reasons.append(Reason(message=text, offset=offset))
    return None


def locate(offset: int) -> Any | None:
    """Give null, and an offset to the reasons just collected that have none yet."""
    reasons = _collected.get()
    if reasons is None:
        return None
    for index in range(len(reasons) - 1, -1, -1):
        if reasons[index].offset is not None:
            break
        reasons[index] = Reason(message=reasons[index].message, offset=offset)
    return None


def extend(reasons: list[Reason]) -> None:
    """Hand reasons collected further in on to whoever collects outside."""
    collected = _collected.get()
    if collected is not None:
        collected.extend(reasons[: MAX_REASONS - len(collected)])
