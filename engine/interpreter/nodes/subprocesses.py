"""Scopes: the process itself, subprocesses, event subprocesses and called processes (BPMN 2.0.2 §13.3.4, §13.5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.util.task import TaskState

from engine.diagram.elements import Kind, Scope
from engine.interpreter.corrections import Token
from engine.interpreter.mappings import Mappings
from engine.interpreter.nodes.base import Node
from engine.interpreter.nodes.events import Catcher
from engine.interpreter.way import Way, came_by, past_of

if TYPE_CHECKING:
    from engine.interpreter.execution import Execution


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What lies directly in a scope."""

    #: where tokens begin: the start event, or every node without incoming flow
    starts: tuple[Node, ...] = ()
    #: the start events of its event subprocesses
    event_starts: tuple[EventStart, ...] = ()


class FlowScope(Node):
    """A node whose token holds the tokens of a flow."""

    is_scope = True
    #: what the first tokens inside are told
    start_facts: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, mappings: Mappings | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside = Inside()
        self.mappings = mappings or Mappings()
        self.is_step = self.element.body is not None and has_people(self.element.body)
        self.has_effect = not self.is_step

    def execute(self, token: Token) -> bool | None:
        """Listen for the scope's events, then start what is inside."""
        self.enter(token)
        for start in self.inside.starts:
            token.workflow.place(start, token, **self.start_facts)
        if not self.inside.starts:
            self.finish_if_empty(token, self.bpmn_id)
        return None

    def enter(self, token: Token) -> None:
        """Declare the variables that are given to the scope, and listen for its events."""
        given = self.mappings.read_inputs(token)
        if given:
            token.workflow.variables.declare(token, given)
        for event in self.inside.event_starts:
            event.attach(token)

    def open(self, execution: Execution, around: Token, way: Way) -> Token:
        """Open the scope without its start, for a token that is put inside by hand."""
        token = execution.add(self, around)
        token.way = way
        for event in self.boundary_events:
            event.attach(token)
        self.enter(token)
        token._set_state(TaskState.STARTED)
        return token

    def child_done(self, scope: Token, node: Node, token: Token) -> None:
        """A token has finished at a node: it goes on by the outgoing flows, or ends here."""
        execution = scope.workflow
        back = token.internal_data.get("resume")
        if back is not None:
            execution.pass_node(node, token)
            execution.withdraw(token, canceled=False)
            execution.go_straight_back(scope, back, execution.way_beyond(node, token))
            return
        taken, conditions = node.choose(token, execution.context(scope) if node.paths else {})
        execution.pass_node(node, token, conditions)
        execution.withdraw(token, canceled=False)
        beyond = execution.way_beyond(node, token)
        came = beyond if node.is_step else came_by(token.internal_data, token.way)
        for path, way, full in zip(taken, *execution.ways_apart(token, taken, beyond, came), strict=True):
            execution.follow(path, scope, way, full)
        if not taken:
            self.keep_past(scope, beyond)
            self.ended_at(scope, node)
            self.finish_if_empty(scope, node.bpmn_id)

    def ended_at(self, scope: Token, node: Node) -> None:
        """A token has come to its end in this scope."""

    def finish_if_empty(self, scope: Token, last_id: str) -> None:
        """A scope is done when no token is left in it; events it listens for do not count."""
        if not any(child for child in scope.children if not child.internal_data.get("listening")):
            self.finish(scope, last_id)

    def finish(self, scope: Token, last_id: str) -> None:
        self.leave(scope)
        scope.complete()

    def leave(self, token: Token) -> None:
        """Hand results out of the scope."""
        if self.mappings.outputs:
            results = self.mappings.read_outputs(token)
            self.write_around(token, results)

    def write_around(self, token: Token, results: Mapping[str, Any]) -> None:
        token.outputs = dict(results)
        for name, value in results.items():
            token.workflow.variables.write(token.parent, name, value)

    def clear(self, scope: Token) -> None:
        """Withdraw everything inside, but for the events attached to the scope itself."""
        for child in scope.children:
            if child.task_spec not in self.boundary_events:
                scope.workflow.withdraw(child)

    def handler_for(self, trigger: str, code: str, *, thrower: Node) -> EventStart | None:
        others = (event for event in self.inside.event_starts if event.subprocess is not thrower)
        matching = [event for event in others if event.catches(trigger, code)]
        return max(matching, key=lambda event: event.definition.code is not None, default=None)

    def keeps_variables(self, token: Token) -> bool:
        return self.mappings.restricts or super().keeps_variables(token)


class SubProcess(FlowScope):
    """An embedded subprocess. With output mappings its variables are its own; without, they belong around it."""


class ProcessScope(FlowScope):
    """A process: the root of a case's tokens, or what a call activity runs. Its variables are its own."""

    isolates = True

    def execute(self, token: Token) -> bool | None:
        """Begin at the start event that has happened; without one, where a person or a caller begins."""
        at = token.internal_data.pop("at", None)
        if at is None:
            return super().execute(token)
        self.enter(token)
        token.workflow.place(token.workflow.spec.task_specs[at], token, happened=True)
        return None

    def keeps_variables(self, token: Token) -> bool:
        return True

    def ended_at(self, scope: Token, node: Node) -> None:
        """Which of the process' end events was reached last tells how the case ended."""
        if node.element.kind is Kind.END_EVENT:
            scope.internal_data["end"] = node.bpmn_id

    def finish(self, scope: Token, last_id: str) -> None:
        if scope.parent is not None:
            scope.parent.task_spec.returned(scope.parent, scope)
            return
        execution = scope.workflow
        execution.record.ended = scope.internal_data.get("end", last_id)
        final = execution.variables.visible(scope)
        execution.withdraw(scope, canceled=False)
        execution.variables.declare(scope, final)


class CallActivity(Node):
    """Runs another process: it sees what is mapped into it and gives back what is mapped out; `all` maps everything."""

    is_scope = True
    is_step = True

    def __init__(self, *args: Any, mappings: Mappings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mappings = mappings
        self.called: ProcessScope | None = None

    def execute(self, token: Token) -> bool | None:
        execution = token.workflow
        passed = execution.variables.visible(token) if self.element.extension.passes_all else {}
        process = execution.place(self.called, token)
        execution.variables.declare(process, {**passed, **self.mappings.read_inputs(token)})
        return None

    def returned(self, token: Token, process: Token) -> None:
        """The called process has ended."""
        returned = token.workflow.variables.visible(process) if self.element.extension.returns_all else {}
        results = {**returned, **self.mappings.read_outputs(process)}
        self.keep_past(token, past_of(process.internal_data))
        token.workflow.withdraw(process, canceled=False)
        self.write(token, results)
        token.complete()


class EventSubprocess(FlowScope):
    """An event subprocess, started by its start event's listener."""

    is_event_subprocess = True
    start_facts: ClassVar[dict[str, Any]] = {"happened": True}

    def has_interrupted(self) -> bool:
        return any(start.element.interrupting for start in self.inside.starts)


class EventStart(Catcher):
    """The start event of an event subprocess: a listener beside the scope's tokens, then the first node inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subprocess: EventSubprocess | None = None
        self.interrupting = self.element.interrupting

    def attach(self, scope: Token) -> None:
        if self.definition.is_awaited:
            scope.workflow.place(self, scope, listening=True)

    def trigger(self, token: Token, values: Mapping[str, Any]) -> None:
        scope = token.parent
        if self.interrupting or not self.repeat(token):
            token.workflow.withdraw(token)
        self.happen(scope, values)

    def happen(self, scope: Token, values: Mapping[str, Any] | None = None) -> None:
        """Start the event subprocess in a scope, in place of what runs there if it interrupts."""
        if self.interrupting:
            scope.task_spec.clear(scope)
        instance = scope.workflow.place(self.subprocess, scope)
        received = self.mappings.read_received(instance, values or {})
        if received:
            scope.workflow.variables.declare(instance, received)


def has_people(scope: Scope) -> bool:
    """Whether a person may have to act somewhere inside."""
    return any(node.kind in (Kind.USER_TASK, Kind.MANUAL_TASK, Kind.CALL_ACTIVITY) for _, node in scope.walk())
