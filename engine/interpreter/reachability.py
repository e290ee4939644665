"""What an inclusive join must know: from where its incoming flows can still be reached (BPMN 2.0.2 table 13.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine.diagram.elements import Kind, Scope, Trigger
from engine.interpreter.nodes.gateways import InclusiveGateway


def upstream_of(gateway: InclusiveGateway, scope: Scope, prefix: str) -> dict[str, frozenset[str]]:
    """For each node, the incoming flows of the gateway that a token there may reach without visiting it."""
    before = _predecessors(scope)
    reach: dict[str, set[str]] = defaultdict(set)
    for flow in scope.incoming(gateway.element.id):
        for node_id in _ancestors(flow.source, before, gateway.element.id):
            reach[prefix + node_id].add(flow.id)
    return {name: frozenset(flows) for name, flows in reach.items()}


def _predecessors(scope: Scope) -> dict[str, list[str]]:
    """Node -> the nodes a token may come from: by a flow, from the border of an activity, or through a link."""
    before: dict[str, list[str]] = defaultdict(list)
    for flow in scope.flows.values():
        before[flow.target].append(flow.source)
    for node in scope.nodes.values():
        if node.attached_to is not None:
            before[node.id].append(node.attached_to)
        if node.kind is Kind.INTERMEDIATE_CATCH_EVENT and node.event.trigger is Trigger.LINK:
            before[node.id].extend(_link_sources(scope, node.event.name))
    return before


def _link_sources(scope: Scope, name: str | None) -> Iterable[str]:
    for node in scope.nodes.values():
        is_link = node.kind is Kind.INTERMEDIATE_THROW_EVENT and node.event.trigger is Trigger.LINK
        if is_link and node.event.name == name:
            yield node.id


def _ancestors(start: str, before: dict[str, list[str]], barrier: str) -> set[str]:
    seen: set[str] = set()
    pending = [start]
    while pending:
        node_id = pending.pop()
        if node_id not in seen and node_id != barrier:
            seen.add(node_id)
            pending.extend(before[node_id])
    return seen
