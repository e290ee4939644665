"""What decision logic sees while it is evaluated, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from engine.dmn.outcome import DecisionOutcome, MatchedRule
from engine.feel.values import Value

Logic: TypeAlias = Callable[["Scope"], Value]


class Trace:
    """What the tables evaluated for one decision matched and read."""

    __slots__ = ("inputs", "rules")

    def __init__(self) -> None:
        self.rules: tuple[MatchedRule, ...] = ()
        self.inputs: dict[str, Value] = {}


class Scope:
    """Variables in view, and the evaluation they belong to."""

    __slots__ = ("run", "trace", "values")

    def __init__(self, values: dict[str, Value], run: Run, trace: Trace) -> None:
        self.values = values
        self.run = run
        self.trace = trace

    def with_values(self, values: dict[str, Value]) -> Scope:
        """This scope and some more variables."""
        return Scope({**self.values, **values}, self.run, self.trace)


class Run:
    """One evaluation: what was given, and the value of every element computed so far."""

    __slots__ = ("inputs", "outcomes", "values")

    def __init__(self, inputs: dict[str, Any], values: dict[str, Value] | None = None) -> None:
        self.inputs = inputs
        #: by the identity of the element
        self.values: dict[str, Value] = values or {}
        self.outcomes: list[DecisionOutcome] = []
