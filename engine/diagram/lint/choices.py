"""Whether a token that comes to a choice always finds a way out of it (BPMN 2.0.2 §13.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from engine.diagram.elements import Diagram, Flow, Kind, Node, Scope
from engine.diagram.lint import outcomes
from engine.diagram.lint.coverage import covers
from engine.diagram.lint.executed import executed
from engine.diagram.problems import Problem, warning


def check(diagram: Diagram) -> Iterator[Problem]:
    for process in executed(diagram):
        domains = outcomes.domains(process)
        for scope, node in process.scope.walk():
            yield from _node(scope, node, domains)


def _node(scope: Scope, node: Node, domains: Mapping[str, Set[str]]) -> Iterator[Problem]:
    flows = scope.outgoing(node.id)
    if not node.kind.chooses:
        return
    yield from _default(node, flows)
    free = [flow for flow in flows if flow.condition is None and flow.id != node.default]
    if node.kind is Kind.EXCLUSIVE_GATEWAY and free and len(flows) > 1:
        message = f"网关“{node.title}”的出线没有条件也不是默认出线，后面的出线永远不会走到，请填写条件或设为默认。"
        yield warning("no-condition", free[0].id, free[0].line, message)
    elif flows and not free and node.default not in {flow.id for flow in flows}:
        yield from _without_default(scope, node, flows, domains)


def _default(node: Node, flows: tuple[Flow, ...]) -> Iterator[Problem]:
    for flow in flows:
        if flow.id == node.default and flow.condition is not None:
            message = f"“{node.title}”的默认出线上写了条件，这个条件不起作用，请删除它，或改指别的默认出线。"
            yield warning("default-condition", flow.id, flow.line, message)


def _without_default(
    scope: Scope, node: Node, flows: tuple[Flow, ...], domains: Mapping[str, Set[str]]
) -> Iterator[Problem]:
    """No default is needed, and better none, where the conditions leave nothing out."""
    left = outcomes.unanswered(scope, node) if node.kind.is_gateway else None
    if left:
        labels = "、".join(left)
        message = f"办理结果“{labels}”在网关“{node.title}”后面没有出线，选了它办件会停住，请补一条出线。"
        yield warning("outcome-unanswered", node.id, node.line, message)
    elif left is None and not covers([flow.condition.text for flow in flows if flow.condition], domains):
        yield warning("no-default", node.id, node.line, _may_stay(node))


def _may_stay(node: Node) -> str:
    if node.kind.is_gateway:
        return f"网关“{node.title}”没有默认出线，如果条件都不成立办件会停住，建议指定一条默认出线。"
    return f"“{node.title}”的出线都有条件，又没有默认出线，如果条件都不成立这条路就此结束，建议指定一条默认出线。"
