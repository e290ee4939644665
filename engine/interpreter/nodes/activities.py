"""Tasks (BPMN 2.0.2 §13.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.interpreter.corrections import ASKED, Token
from engine.interpreter.errors import BpmnError, WorkRefused
from engine.interpreter.incidents import stop
from engine.interpreter.mappings import Mappings
from engine.interpreter.nodes.base import Node
from engine.interpreter.nodes.events import Catcher, Event, thrown
from engine.interpreter.waits import Asked, Later, Wait, WaitKind


class Task(Node):
    """An abstract task: nothing is known about its work, so it is done at once."""

    def __init__(self, *args: Any, mappings: Mappings | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mappings = mappings or Mappings()


class UserTask(Task):
    """Waits, READY, for a person to complete it. Manual tasks are completed by a person too."""

    is_step = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.record.opened.append(my_task)

    def submit(self, token: Token, submission: Mapping[str, Any]) -> None:
        """Take what a person filled in, and let the token go on."""
        self.write(token, self.mappings.read_received(token, submission))
        token.run()


class ScriptTask(Task):
    """Assigns FEEL results to variables, line by line."""

    def __init__(self, *args: Any, assignments: tuple[tuple[tuple[str, ...], feel.Expression], ...], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.assignments = assignments

    def execute(self, token: Token) -> bool | None:
        for (name, *inner), source in self.assignments:
            context = token.workflow.context(token)
            value = source(context)
            self.write(token, {name: _replaced(context.get(name), inner, value) if inner else value})
        return True


def _replaced(context: Any, path: list[str], value: Any) -> Any:
    """A copy of a context with one inner value set; the original is history."""
    if not path:
        return value
    copy = dict(context) if isinstance(context, Mapping) else {}
    copy[path[0]] = _replaced(copy.get(path[0]), path[1:], value)
    return copy


class BusinessRuleTask(Task):
    """Asks a decision and keeps its value."""

    def __init__(self, *args: Any, decision_ref: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision_ref = decision_ref

    def execute(self, token: Token) -> bool | None:
        execution = token.workflow
        context = {**execution.context(token), **self.mappings.read_inputs(token)}
        token.decision = execution.services.decide(self.decision_ref, context)
        self.write(token, self._results(token, token.decision.value))
        return True

    def _results(self, token: Token, value: Any) -> dict[str, Any]:
        if self.mappings.outputs:
            values = value if isinstance(value, Mapping) else {"result": value}
            return self.mappings.read_outputs(token, self.mappings.with_result(values, value))
        return {self.mappings.result_variable: value} if self.mappings.result_variable else {}


class ServiceTask(Task):
    """Lets a connector work; its business refusals are errors the diagram can catch.

    Without any mapping the connector sees all variables, and its results become variables by name. Where the work is
    done after the step, the token waits for the answer, or goes on if nobody waits for one.
    """

    has_effect = True

    def __init__(self, *args: Any, connector: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connector

    def execute(self, token: Token) -> bool | None:
        execution, inputs = token.workflow, self._parameters(token)
        try:
            results = execution.services.call(self.connector, inputs)
        except BpmnError as refusal:
            execution.throw_error(token, refusal.code, refusal.message, refused=True)
            return None
        except WorkRefused as refusal:
            stop(token, refusal.code, refusal.message, refused=True)
            return None
        if isinstance(results, Later):
            return self._ask(token, inputs, waits=results is Later.DEFERRED)
        self._receive(token, results)
        return True

    def _ask(self, token: Token, inputs: Mapping[str, Any], *, waits: bool) -> bool | None:
        wait_id = token.id if waits else None
        asked = Asked(element_id=self.bpmn_id, connector=self.connector, inputs=dict(inputs), wait_id=wait_id)
        token.workflow.record.asked.append(asked)
        if not waits:
            return True
        token.internal_data[ASKED] = True
        return None

    def _receive(self, token: Token, results: Mapping[str, Any]) -> None:
        if self.element.extension.returns_all:
            self.write(token, results)
        if self.mappings.outputs or self.mappings.result_variable or self.mappings.are_missing:
            self.write(token, self.mappings.read_received(token, results))

    def wait(self, token: Token) -> Wait | None:
        if ASKED not in token.internal_data:
            return None
        return Wait(id=token.id, kind=WaitKind.SERVICE, element_id=self.bpmn_id, name=self.connector)

    def answer(self, token: Token, results: Mapping[str, Any]) -> None:
        """What was asked for is done, and the token goes on."""
        del token.internal_data[ASKED]
        self._receive(token, results)
        token.complete()

    def refuse(self, token: Token, code: str, message: str) -> None:
        """The business says no to what was asked for."""
        del token.internal_data[ASKED]
        token.workflow.throw_error(token, code, message, refused=True)

    def _parameters(self, token: Token) -> Mapping[str, Any]:
        if token.given is not None:
            return token.given  # type: ignore[no-any-return]
        if self.mappings.are_missing:
            return token.workflow.variables.visible(token)  # type: ignore[no-any-return]
        return self.mappings.read_inputs(token)


class SendTask(Task):
    """Sends a message out of the case."""

    has_effect = True

    def __init__(self, *args: Any, definition: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition

    def execute(self, token: Token) -> bool | None:
        token.workflow.record.thrown.append(thrown(self, self.definition, self.mappings, token))
        return True


class ReceiveTask(Catcher):
    """Waits for a message; an activity, so events may be attached to it."""

    passage_kind = Node.passage_kind
