"""What may be asked of the engine about calls: outside work that service tasks have asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from engine.commands import Command

#: how long a call rests between its tries
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))
#: whatever the other side asks for
LONGEST_REST = timedelta(days=30)
#: a call is free again that long after its worker was killed
LEASE = timedelta(seconds=6)
#: how long an external worker may hold a call before it extends the lock
LONGEST_LOCK = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HeldCall:
    """A call that somebody now works on, with what the work needs."""

    id: str
    instance_id: str
    case_number: str
    element_id: str
    name: str
    connector: str
    #: of an external worker's call
    topic: str | None
    inputs: Mapping[str, Any]
    asked_at: datetime
    #: counted from 1
    attempt: int
    #: its place among what the case has asked for
    sequence: int
    locked_until: datetime


@dataclass(frozen=True, kw_only=True)
class HoldCall(Command[HeldCall | None]):
    """Take a call that is due, so that nobody else performs it meanwhile. None when there is nothing to do."""

    beside_others: ClassVar[bool] = True

    call_id: str
    #: whoever performs it; the same holder may hold it longer
    holder: str
    lock_for: timedelta


@dataclass(frozen=True, kw_only=True)
class AnswerCall(Command[bool]):
    """The work is done. False when the case does not wait for it any more."""

    call_id: str
    results: Mapping[str, Any] = field(default_factory=dict)
    #: of an external worker: which of its processes answers
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class RefuseCall(Command[bool]):
    """The business says no: an error that an error event of the diagram can catch."""

    call_id: str
    code: str
    message: str = ""
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class PostponeCall(Command[datetime | None]):
    """The work went wrong and is to be tried again; gives when, or None when it has been tried often enough."""

    call_id: str
    message: str
    #: an external worker may say how long; otherwise the engine's own back-off
    retry_after: timedelta | None = None
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class FailCall(Command[bool]):
    """The work is hopeless: it becomes an incident, and is not tried again by itself."""

    call_id: str
    code: str
    message: str
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class FetchCalls(Command[tuple[HeldCall, ...]]):
    """Give an external worker the calls of a topic that wait the longest, and lock them for it."""

    beside_others: ClassVar[bool] = True

    topic: str
    count: int = 1
    lock_for: timedelta = timedelta(minutes=5)
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtendLock(Command[datetime]):
    """Let an external worker keep a call longer, counted from now."""

    beside_others: ClassVar[bool] = True

    call_id: str
    lock_for: timedelta
    worker: str = ""


@dataclass(frozen=True, kw_only=True)
class UnlockCall(Command[None]):
    """An external worker gives a call back undone."""

    beside_others: ClassVar[bool] = True

    call_id: str
    worker: str = ""
