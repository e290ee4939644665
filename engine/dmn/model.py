"""A decision model, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dmn.elements import Decision, DecisionService, InputData, Node
from engine.dmn.errors import DecisionNotFound, Problem
from engine.dmn.outcome import DecisionOutcome
from engine.dmn.scope import Run
from engine.dmn.types import TypeRegistry
from engine.feel import Function, reasons
from engine.feel.expression import within_limits
from engine.feel.values import Value, inward


class DecisionModel:
    """The decisions, functions and services of one DMN file and those it imports; may be asked from any thread."""

    def __init__(self, name: str, namespace: str, types: TypeRegistry) -> None:
        self.name = name
        self.namespace = namespace
        self.types = types
        #: by id
        self.elements: dict[str, Node] = {}
        #: what expressions of importing models may name after the name of the import
        self.names: tuple[str, ...] = ()
        #: by the name of the import
        self.imports: dict[str, DecisionModel] = {}
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a designer should mend; empty for a sound model."""
        return tuple(self._problems)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names of the decisions."""
        return tuple(node.name for node in self.elements.values() if isinstance(node, Decision))

    @property
    def decision_ids(self) -> tuple[str, ...]:
        """The ids of the decisions: what diagrams refer to."""
        return tuple(key for key, node in self.elements.items() if isinstance(node, Decision))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the input data."""
        return tuple(node.name for node in self.elements.values() if isinstance(node, InputData))

    def evaluate(self, name: str, inputs: Mapping[str, Any] | None = None) -> Value:
        """The value of a decision, decision service or business knowledge model, by name or id."""
        return self.explain(name, inputs).value

    def explain(self, name: str, inputs: Mapping[str, Any] | None = None) -> DecisionOutcome:
        """The value and how it came about: rules that matched, what they read, required decisions, reasons of nulls."""
        node = self.find(name)
        run = Run(dict(inputs or {}))
        with reasons.collect() as collected:
            value = within_limits(lambda: _value(node, run))
        own = run.outcomes[-1] if isinstance(node, Decision) and run.outcomes else None
        return DecisionOutcome(
            value=value,
            decision=node.name,
            rules=own.rules if own else (),
            inputs=own.inputs if own else {},
            required=tuple(run.outcomes[:-1] if own else run.outcomes),
            reasons=tuple(collected),
        )

    def find(self, name: str) -> Node:
        """The element of a name or id; `import.name` for imported ones."""
        if name in self.elements:
            return self.elements[name]
        askable = [node for node in self.elements.values() if not isinstance(node, InputData)]
        found = next((node for node in askable if node.name == name), None)
        if found is not None:
            return found
        alias, _, rest = name.partition(".")
        if rest and alias in self.imports:
            return self.imports[alias].find(rest)
        raise DecisionNotFound(f"决策文件“{self.name}”中没有名为“{name}”的决策")


def _value(node: Node, run: Run) -> Value:
    if isinstance(node, DecisionService):
        return node.invoke(run)
    value = node.value(run)
    if isinstance(value, Function) and not isinstance(node, Decision):
        return value.call(*(inward(run.inputs.get(name)) for name in value.parameters))
    return inward(value) if isinstance(node, InputData) else value
