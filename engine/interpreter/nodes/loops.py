"""Loops: an activity done several times inside one body token (BPMN 2.0.2 §13.3.6, §13.3.7)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.interpreter.corrections import Token
from engine.interpreter.expressions import as_collection, as_count
from engine.interpreter.nodes.base import Node
from engine.interpreter.trail import Condition, Passage
from engine.interpreter.way import lasting, past_of


class LoopBody(Node):
    """Holds the instances of its activity; events attached to the activity are attached to the body."""

    is_scope = True

    def __init__(self, *args: Any, instance: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance
        self.is_step = instance.is_step
        self.has_effect = instance.has_effect

    def clear(self, scope: Token) -> None:
        """Withdraw the instances, not the events attached to the body."""
        for child in scope.children:
            if child.task_spec is self.instance:
                scope.workflow.withdraw(child)

    def open(self, body: Token, index: int, local: Mapping[str, Any]) -> None:
        """Start one instance with its own variables; loopCounter counts from 1."""
        execution = body.workflow
        token = execution.add(self.instance, body)
        token.internal_data = {"index": index}
        execution.variables.declare(token, {**local, "loopCounter": index + 1})
        self.instance._update(token)

    def passage(self, token: Token, conditions: tuple[Condition, ...]) -> Passage | None:
        """The instances have told of themselves; the body tells only what they cannot."""
        nothing_done = not token.internal_data.get("done")
        return super().passage(token, conditions) if conditions or nothing_done else None

    def finish(self, body: Token, last_id: str = "") -> None:
        body.complete()


class StandardLoop(LoopBody):
    """Repeats while its condition is true, at most `maximum` times."""

    def __init__(
        self, *args: Any, condition: feel.Expression | None, test_before: bool, maximum: int | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.condition = condition
        self.test_before = test_before
        self.maximum = maximum

    def execute(self, token: Token) -> bool | None:
        token.internal_data["done"] = 0
        if self.maximum == 0 or (self.test_before and not self._again(token)):
            return True
        self.open(token, 0, {})
        return None

    def child_done(self, scope: Token, node: Node, token: Token) -> None:
        execution = scope.workflow
        execution.pass_node(node, token)
        self.keep_past(scope, lasting(past_of(token.internal_data)))
        execution.withdraw(token, canceled=False)
        scope.internal_data["done"] += 1
        if self._again(scope):
            self.open(scope, scope.internal_data["done"], {})
        else:
            self.finish(scope)

    def _again(self, body: Token) -> bool:
        done = body.internal_data["done"]
        if self.maximum is not None and done >= self.maximum:
            return False
        return self.condition is None or body.workflow.evaluate(self.condition, body, {"loopCounter": done}) is True


class MultiInstance(LoopBody):
    """One instance for each element, all at once or one after the other."""

    def __init__(
        self,
        *args: Any,
        sequential: bool,
        cardinality: feel.Expression | None,
        collection: feel.Expression | None,
        element_variable: str | None,
        output_collection: str | None,
        output_element: feel.Expression | None,
        completion_condition: feel.Expression | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sequential = sequential
        self.cardinality = cardinality
        self.collection = collection
        self.element_variable = element_variable
        self.output_collection = output_collection
        self.output_element = output_element
        self.completion_condition = completion_condition

    def keeps_for(self, child: Token) -> bool:
        """What an instance writes stays in it, unless the name is known outside."""
        return True

    def execute(self, token: Token) -> bool | None:
        execution, items = token.workflow, self._items(token)
        token.internal_data.update(total=len(items), done=0, order=[])
        if self.output_collection:
            execution.variables.declare(token, {self.output_collection: []})
        if not items:
            self._hand_out(token)
            return True
        if self.sequential:
            execution.variables.items[token.id] = items
        for index in range(1 if self.sequential else len(items)):
            self.open(token, index, self._local(items[index]))
        return None

    def child_done(self, scope: Token, node: Node, token: Token) -> None:
        execution, facts = scope.workflow, scope.internal_data
        facts["done"] += 1
        self._collect(scope, token)
        enough = self._is_enough(scope, token)
        execution.pass_node(node, token)
        self.keep_past(scope, lasting(past_of(token.internal_data)))
        execution.withdraw(token, canceled=False)
        if enough or facts["done"] == facts["total"]:
            self.clear(scope)
            self._hand_out(scope)
            self.finish(scope)
        elif self.sequential:
            self.open(scope, facts["done"], self._local(execution.variables.items[scope.id][facts["done"]]))

    def _items(self, token: Token) -> list[Any]:
        execution = token.workflow
        if self.collection is not None:
            return as_collection(execution.evaluate(self.collection, token), self.bpmn_id)
        assert self.cardinality is not None
        count = as_count(execution.evaluate(self.cardinality, token), self.bpmn_id)
        return list(range(count))

    def _local(self, item: Any) -> dict[str, Any]:
        return {self.element_variable: item} if self.element_variable else {}

    def _collect(self, body: Token, token: Token) -> None:
        """Keep the instance's output, in the order of the elements."""
        if not self.output_collection or self.output_element is None:
            return
        execution, order = body.workflow, body.internal_data["order"]
        index = token.internal_data["index"]
        insort(order, index)
        collected = list(execution.variables.scopes[body.id][self.output_collection])
        collected.insert(order.index(index), execution.evaluate(self.output_element, token))
        execution.variables.declare(body, {self.output_collection: collected})

    def _is_enough(self, body: Token, token: Token) -> bool:
        if self.completion_condition is None:
            return False
        total, done = body.internal_data["total"], body.internal_data["done"]
        active = 0 if self.sequential else total - done
        counters = {
            "numberOfInstances": total,
            "numberOfCompletedInstances": done,
            "numberOfActiveInstances": active,
            "numberOfTerminatedInstances": 0,
        }
        return body.workflow.evaluate(self.completion_condition, token, counters) is True

    def _hand_out(self, body: Token) -> None:
        """The collected outputs become a variable around the activity."""
        if self.output_collection:
            execution = body.workflow
            collected = execution.variables.scopes[body.id].pop(self.output_collection)
            execution.variables.write(body.parent, self.output_collection, collected)
