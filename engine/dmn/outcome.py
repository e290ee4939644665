"""What came out of a decision, and by which rules: recorded in the history of the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.feel import Reason


class MatchedRule(NamedTuple):
    """A rule of a decision table that matched."""

    #: position in the table, from 1
    number: int
    id: str


@dataclass(frozen=True, kw_only=True)
class DecisionOutcome:
    """The value of a decision and how it came about."""

    value: Any
    #: name of the decision
    decision: str
    #: rules that matched, in the order of the table; empty where the logic is not a table
    rules: tuple[MatchedRule, ...] = ()
    #: what the table read: text of each input expression and its value
    inputs: Mapping[str, Any] = field(default_factory=dict)
    #: the decisions it required, evaluated on the way
    required: tuple[DecisionOutcome, ...] = ()
    #: why parts of the value are null
    reasons: tuple[Reason, ...] = ()
