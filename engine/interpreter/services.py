"""What the engine lends the interpreter for one step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.interpreter.waits import Later


class DecisionOutcome(Protocol):
    """A decision's value, with whatever else its evaluator tells for the history."""

    @property
    def value(self) -> Any: ...


class Services(Protocol):
    """Time, facts and outside work: all that is not in the state, so that replay can give it again."""

    @property
    def now(self) -> datetime:
        """The instant of the command: aware, UTC."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """Read-only names that every expression sees; they go before variables of the same name."""

    def new_id(self) -> str: ...

    def decide(self, ref: str, context: Mapping[str, Any]) -> DecisionOutcome: ...

    def call(self, connector: str, inputs: Mapping[str, Any]) -> Mapping[str, Any] | Later:
        """Raises `BpmnError` when the business says no; tells that the work is done later where it is."""
