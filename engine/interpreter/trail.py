"""The way a step took through the diagram, in execution order: what replay marks and auditors read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.interpreter.services import DecisionOutcome


class PassageKind(StrEnum):
    ACTIVITY = "activity"
    EVENT = "event"
    GATEWAY = "gateway"
    FLOW = "flow"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A flow's condition as it was decided, with the values it read."""

    flow_id: str
    text: str
    #: dotted path -> value
    values: Mapping[str, Any]
    result: bool


@dataclass(frozen=True, kw_only=True)
class Passage:
    """An activity completed, an event happened, a gateway passed or a sequence flow taken."""

    element_id: str
    kind: PassageKind
    conditions: tuple[Condition, ...] = ()
    decision: DecisionOutcome | None = None
    #: names written, with their values
    outputs: Mapping[str, Any] = field(default_factory=dict)
