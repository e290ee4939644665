"""The elements of a decision requirement graph (DMN 1.5, 6.3): how each gets its value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.dmn.outcome import DecisionOutcome
from engine.dmn.scope import Logic, Run, Scope, Trace
from engine.feel import reasons
from engine.feel.limits import called
from engine.feel.reasons import null
from engine.feel.types import ANY_TYPE, Type, coerce
from engine.feel.values import DefinedFunction, Signature, Value, inward

#: Elements of one model see each other under their own name, imported ones under the name of the import.
Place: TypeAlias = tuple[str, ...]


@dataclass(eq=False)
class Node:
    """What the elements have in common."""

    id: str
    #: unique among all models read together
    identity: str
    name: str
    type: Type = ANY_TYPE
    #: required elements and where the logic finds them
    requires: list[tuple[Place, Node]] = field(default_factory=list)

    def value(self, run: Run) -> Value:
        """The value in one evaluation."""
        raise NotImplementedError


@dataclass(eq=False)
class InputData(Node):
    """A value that is given from outside."""

    #: the names of the imports that lead here from the model that is asked
    alias: str = ""

    def value(self, run: Run) -> Value:
        if self.identity not in run.values:
            given = self._given(run.inputs)
            # What any value fits stays as the host gave it: an expression converts what it reads, and reads a little.
            run.values[self.identity] = given if self.type is ANY_TYPE else coerce(inward(given), self.type)
        return run.values[self.identity]

    def _given(self, inputs: Mapping[str, Any]) -> Any:
        for name in (f"{self.alias}.{self.name}", self.name, self.id):
            if name in inputs:
                return inputs[name]
        inner: Any = inputs
        for name in (*self.alias.split("."), self.name):
            inner = inner.get(name) if isinstance(inner, Mapping) else None
        return inner


@dataclass(eq=False)
class Decision(Node):
    """A value that is decided by logic."""

    logic: Logic | None = None

    def value(self, run: Run) -> Value:
        if self.identity not in run.values:
            # Marked first, so that a circle of requirements ends in null.
            run.values[self.identity] = None
            run.values[self.identity] = self._decide(run)
        return run.values[self.identity]

    def _decide(self, run: Run) -> Value:
        if self.logic is None:
            return null(f"决策“{self.name}”没有逻辑")
        trace = Trace()
        with reasons.collect() as collected:
            value = called(self.logic, Scope(values_in_view(self.requires, run), run, trace), 1)
            value = coerce(value, self.type)
        reasons.extend(collected)
        run.outcomes.append(
            DecisionOutcome(
                value=value, decision=self.name, rules=trace.rules, inputs=trace.inputs, reasons=tuple(collected)
            )
        )
        return value


@dataclass(eq=False)
class BusinessKnowledge(Node):
    """A function defined by boxed logic."""

    logic: Logic | None = None

    def value(self, run: Run) -> Value:
        if self.logic is None:
            return null(f"业务知识“{self.name}”没有逻辑")
        if self.identity not in run.values:
            scope = Scope({}, run, Trace())
            run.values[self.identity] = function = self.logic(scope)
            # After the function exists, so that it may call itself.
            scope.values.update(values_in_view(self.requires, run), **{self.name: function})
        return run.values[self.identity]


@dataclass(eq=False)
class DecisionService(Node):
    """Decisions offered as a function (DMN 1.5, 6.3.10)."""

    inputs: list[Node] = field(default_factory=list)
    outputs: list[Decision] = field(default_factory=list)

    def value(self, run: Run) -> Value:
        names = tuple(node.name for node in self.inputs)

        def call(*arguments: Value) -> Value:
            values = {}
            for node, argument in zip(self.inputs, arguments, strict=True):
                values[node.identity] = coerce(argument, node.type)
                if values[node.identity] is None and argument is not None:
                    return None
            return called(self.result, Run({}, values), 1)

        return DefinedFunction(names, call, self.name, Signature(tuple(node.type for node in self.inputs), self.type))

    def invoke(self, run: Run) -> Value:
        """The result for the inputs of a run, which gives input decisions by their names; one not given is null."""
        for node in self.inputs:
            if isinstance(node, Decision):
                run.values[node.identity] = coerce(inward(run.inputs.get(node.name)), node.type)
        return self.result(run)

    def result(self, run: Run) -> Value:
        """The value of the only output decision, or a context of several."""
        if len(self.outputs) == 1:
            return coerce(self.outputs[0].value(run), self.type)
        return coerce({decision.name: decision.value(run) for decision in self.outputs}, self.type)


def values_in_view(requires: Iterable[tuple[Place, Node]], run: Run) -> dict[str, Value]:
    """The variables some logic sees: what was given, and what it requires."""
    view: dict[str, Value] = dict(run.inputs)
    for place, node in requires:
        target = view
        for name in place:
            inner = target.get(name)
            target[name] = dict(inner) if isinstance(inner, Mapping) else {}
            target = target[name]
        target[node.name] = node.value(run)
    return view
