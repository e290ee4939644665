"""What a case waits for besides people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class WaitKind(StrEnum):
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    #: of a process that starts by itself; within a case conditions need nobody's help
    CONDITIONAL = "conditional"


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A live timer or subscription; the id stays the same while it lives."""

    id: str
    kind: WaitKind
    element_id: str
    #: of the message or signal
    name: str | None = None
    #: of a timer: aware, UTC
    due_at: datetime | None = None
    #: the value a message must carry to be meant for this wait
    correlation: Any = None


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """A message or signal that left the case, for the engine to route."""

    kind: WaitKind
    element_id: str
    name: str
    correlation: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    #: a message that nobody waits for yet is kept until then
    keep_until: datetime | None = None
