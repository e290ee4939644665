"""Gateways (BPMN 2.0.2 §13.4). A join takes one token from each flow; later ones are for its next time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.interpreter.corrections import Token
from engine.interpreter.errors import NoFlowTaken
from engine.interpreter.nodes.base import Node, Path
from engine.interpreter.trail import Condition, PassageKind
from engine.interpreter.way import joined


class ExclusiveGateway(Node):
    """Takes the first flow whose condition is true, else the default."""

    passage_kind = PassageKind.GATEWAY

    def choose(self, token: Token, context: Mapping[str, Any]) -> tuple[list[Path], tuple[Condition, ...]]:
        decided: list[Condition] = []
        for path in self.paths:
            if path.is_default:
                continue
            if path.condition is None:
                return [path], tuple(decided)
            decided.append(token.workflow.decide(path, context))
            if decided[-1].result:
                return [path], tuple(decided)
        return self._default(decided), tuple(decided)

    def _default(self, decided: list[Condition]) -> list[Path]:
        default = [path for path in self.paths if path.is_default]
        if self.paths and not default:
            raise no_flow(self, decided)
        return default


class Join(Node):
    """A gateway that may have to wait for tokens on other flows."""

    passage_kind = PassageKind.GATEWAY

    def arrivals(self, scope: Token) -> dict[str, Token]:
        """The oldest token waiting on each incoming flow."""
        waiting: dict[str, Token] = {}
        for token in scope.children:
            if token.task_spec is self and token._state == TaskState.WAITING:
                waiting.setdefault(token.internal_data["flow"], token)
        return waiting

    def fire(self, consumed: dict[str, Token]) -> None:
        """One of the consumed tokens goes on for all."""
        first, *others = consumed.values()
        execution, ways = first.workflow, {flow: token.way for flow, token in consumed.items()}
        for token in others:
            execution.withdraw(token)
        if others:
            first.way = ()
            first.way = joined(self.name, ways, execution.is_live)
        first._ready()


class ParallelGateway(Join):
    """Waits for a token on every incoming flow, then takes every outgoing one."""

    def arrive(self, token: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        token._set_state(TaskState.WAITING)
        arrived = self.arrivals(token.parent)
        if len(arrived) < len(self.incoming):
            return False
        self.fire(arrived)
        return False

    def _update_hook(self, my_task: Token) -> bool:
        return self.arrive(my_task)


class InclusiveGateway(Join):
    """Waits while a token could still reach an empty incoming flow without passing one that has a token."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: node name -> the incoming flows a token there can still reach without visiting this gateway
        self.upstream: dict[str, frozenset[str]] = {}

    def arrive(self, token: Token) -> bool:
        return len(self.incoming) < 2

    def synchronise(self, token: Token) -> bool:
        arrived = self.arrivals(token.parent)
        if not arrived or any(self._must_wait_for(other, arrived) for other in token.parent.children):
            return False
        self.fire(arrived)
        return True

    def _must_wait_for(self, other: Token, arrived: dict[str, Token]) -> bool:
        if other.task_spec is self:
            return False
        reachable = self.upstream.get(other.task_spec.name, frozenset())
        return bool(reachable) and not any(flow in arrived for flow in reachable)

    def choose(self, token: Token, context: Mapping[str, Any]) -> tuple[list[Path], tuple[Condition, ...]]:
        taken, conditions = super().choose(token, context)
        taken = [path for path in taken if not path.is_default] or taken
        if self.paths and not taken:
            raise no_flow(self, conditions)
        return taken, conditions


class EventBasedGateway(Node):
    """Offers several events; the first to happen decides, the others are withdrawn."""

    passage_kind = PassageKind.GATEWAY

    def arrive(self, token: Token) -> bool:
        for path in self.paths:
            token.workflow.place(path.target, token, flow=path.flow_id, way=token.way)
        return False

    def child_done(self, scope: Token, node: Node, token: Token) -> None:
        """The event that happened goes on in the gateway's place."""
        execution, around = scope.workflow, scope.parent
        execution.pass_node(self, scope)
        execution.pass_flow(token.internal_data["flow"])
        execution.move(token, around)
        execution.withdraw(scope)
        around.task_spec.child_done(around, node, token)


def no_flow(gateway: Node, conditions: Any) -> NoFlowTaken:
    """The gateway's refusal, naming it."""
    title = gateway.element.title
    return NoFlowTaken(
        f"网关“{title}”没有一条出线的条件成立，也没有默认出线，办件无法继续。请检查所填内容或流程图。",
        element=gateway.bpmn_id,
        conditions=tuple(condition.text for condition in conditions),
    )
