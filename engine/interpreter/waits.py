"""What a case waits for besides people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any


class WaitKind(StrEnum):
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    #: a service task, for the answer of what it has asked the outside
    SERVICE = "service"
    #: of a process that starts by itself; within a case conditions need nobody's help
    CONDITIONAL = "conditional"


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A live timer or subscription; the id stays the same while it lives."""

    id: str
    kind: WaitKind
    element_id: str
    #: of the message or signal, or of the connector that was asked
    name: str | None = None
    #: of a timer: aware, UTC
    due_at: datetime | None = None
    #: the value a message must carry to be meant for this wait
    correlation: Any = None


class Later(Enum):
    """What `Services.call` gives instead of results when the work is done after the command."""

    #: the task waits for the answer
    DEFERRED = "deferred"
    #: nobody waits: it is delivered, and the token goes on
    SENT = "sent"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Work that a task has asked the outside for in a step."""

    element_id: str
    connector: str
    inputs: Mapping[str, Any]
    #: where the answer goes; None: nobody waits for one
    wait_id: str | None = None


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
