"""What all flow nodes have in common: a token arrives, is run, and leaves by the outgoing flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.diagram import elements
from engine.interpreter.corrections import Token
from engine.interpreter.trail import Condition, Passage, PassageKind
from engine.interpreter.waits import Wait
from engine.interpreter.way import Way, gathered, past_of, to_json

if TYPE_CHECKING:
    from engine.interpreter.nodes.events import BoundaryEvent
    from engine.interpreter.nodes.subprocesses import EventStart


@dataclass(frozen=True, kw_only=True)
class Path:
    """An outgoing sequence flow, resolved."""

    #: empty where a link stands for the flow
    flow_id: str
    target: Node
    condition: feel.Expression | None = None
    is_default: bool = False


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """A flow node. Subclasses say what happens on arrival, when run, and which flows are taken."""

    passage_kind = PassageKind.ACTIVITY
    #: a token here holds others
    is_scope = False
    #: a token here hides the variables around it
    isolates = False
    is_event_subprocess = False
    #: work for people: where a case may be returned to
    is_step = False
    #: work for the outside, which no move takes back
    has_effect = False

    def __init__(self, net: Any, name: str, element: elements.Node) -> None:
        super().__init__(net, name, bpmn_name=element.name, manual=False, inputs=[], outputs=[])
        self.element = element
        self.bpmn_id = name.removesuffix("[]")
        #: what it lies in directly
        self.container: Node | None = None
        self.paths: tuple[Path, ...] = ()
        #: flows that come in
        self.incoming: tuple[str, ...] = ()
        self.boundary_events: tuple[BoundaryEvent, ...] = ()

    def _predict(self, my_task: Token, *_: Any, **__: Any) -> None:
        """Nothing is predicted."""

    def test(self) -> None:
        """Well-formedness is the lint's work."""

    def _update_hook(self, my_task: Token) -> bool:
        for event in self.boundary_events:
            event.attach(my_task)
        if self.arrive(my_task):
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.schedule(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return self.execute(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.parent.task_spec.child_done(my_task.parent, self, my_task)

    def arrive(self, token: Token) -> bool:
        """Whether the token can be run at once; otherwise it waits."""
        return True

    def execute(self, token: Token) -> bool | None:
        """Do the work; None keeps the token here."""
        return True

    def choose(self, token: Token, context: Mapping[str, Any]) -> tuple[list[Path], tuple[Condition, ...]]:
        """The flows a leaving token takes: all without a condition, and those whose condition is true.

        The default flow is taken when no condition is true (BPMN 2.0.2 §13.2.1).
        """
        decided = [(path, token.workflow.decide(path, context)) for path in self.paths if path.condition]
        true = {path.flow_id for path, condition in decided if condition.result}
        taken = [
            path
            for path in self.paths
            if path.flow_id in true or (path.is_default and not true) or not (path.condition or path.is_default)
        ]
        return taken, tuple(condition for _, condition in decided)

    def child_done(self, scope: Token, node: Node, token: Token) -> None:
        """Called on the scope's specification when a token inside it has finished at a node."""
        raise NotImplementedError

    def passage(self, token: Token, conditions: tuple[Condition, ...]) -> Passage | None:
        """How the trail tells that a token has passed."""
        return Passage(
            element_id=self.bpmn_id,
            kind=self.passage_kind,
            conditions=conditions,
            decision=token.decision,
            outputs=token.outputs,
        )

    def keeps_variables(self, token: Token) -> bool:
        """Whether new names written inside this token stay there."""
        return token.parent is None or token.parent.task_spec.keeps_for(token)

    def keeps_for(self, child: Token) -> bool:
        """Whether each child keeps the new names written inside it."""
        return False

    def wait(self, token: Token) -> Wait | None:
        """What a waiting token waits for besides people, as the engine sees it."""
        return None

    def becomes_true(self, token: Token) -> bool:
        """Whether a condition this token waits for has just become true."""
        return False

    def trigger(self, token: Token, values: Mapping[str, Any]) -> None:
        """What this token waits for has happened."""
        raise NotImplementedError

    def synchronise(self, token: Token) -> bool:
        """Fire a join that can only be judged when nothing else moves."""
        return False

    def boundary_for(self, trigger: str, code: str) -> BoundaryEvent | None:
        """The attached event that catches an error or escalation, a named one before one for all."""
        matching = [event for event in self.boundary_events if event.catches(trigger, code)]
        return max(matching, key=lambda event: event.definition.code is not None, default=None)

    def has_interrupted(self) -> bool:
        """Whether a token here has taken the place of all that ran and listened beside it."""
        return False

    def handler_for(self, trigger: str, code: str, *, thrower: Node) -> EventStart | None:
        """The event subprocess directly inside this scope that catches an error or escalation, but none of its own."""
        return None

    def keep_past(self, holder: Token, way: Way) -> None:
        """What a token that has ended inside another had done, for a return that undoes all of it."""
        known = past_of(holder.internal_data)
        past = gathered(known, way)
        if past != known:
            holder.internal_data["past"] = to_json(past)

    def write(self, token: Token, values: Mapping[str, Any]) -> None:
        """Write variables around a token and remember them for the trail."""
        for name, value in values.items():
            token.workflow.variables.write(token, name, value)
        token.outputs = {**token.outputs, **values}
