"""For every node of a scope the names that may be known when a token comes there: a forward may-analysis."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from engine.diagram.elements import Kind, Node, Scope
from engine.diagram.lint.dataflow.effects import Effects
from engine.diagram.lint.graph import Graph, beginnings, reached, successors

#: Flows looked at for branches that run side by side; above it every name counts as known everywhere.
WORK = 300_000
_CHOICES = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY})


@dataclass(frozen=True, kw_only=True)
class Known:
    #: node -> names known when a token arrives; nodes no token comes to are missing
    before: dict[str, frozenset[str]]


def known_in(scope: Scope, given: frozenset[str], effects: Effects) -> Known:
    """`given` is known when the scope begins."""
    graph = successors(scope)
    starts = [node.id for node in beginnings(scope)]
    everything = given | effects.of_scope(scope)
    handlers = scope.event_subprocesses()
    # An event subprocess may run at any time, and sees whatever has been set until then.
    ambient = given.union(*(effects.around(handler) for handler in handlers))
    if len(scope.flows) * sum(len(_branches(scope, node)) for node in scope.nodes.values()) > WORK:
        return Known(before=dict.fromkeys(scope.nodes, everything))
    before = dict.fromkeys(reached(graph, starts), ambient)
    for node_id, names in _beside(scope, graph, effects).items():
        if node_id in before:
            before[node_id] |= names
    _spread(scope, graph, before, effects)
    return Known(before=before | {handler.id: everything for handler in handlers})


def _spread(scope: Scope, graph: Graph, before: dict[str, frozenset[str]], effects: Effects) -> None:
    pending = deque(before)
    waiting = set(before)
    while pending:
        node_id = pending.popleft()
        waiting.discard(node_id)
        node = scope.nodes[node_id]
        for target in graph[node_id]:
            names = before[node_id] | _handed(scope, node, target, effects)
            if target in before and not names <= before[target]:
                before[target] |= names
                if target not in waiting:
                    waiting.add(target)
                    pending.append(target)


def _handed(scope: Scope, node: Node, target: str, effects: Effects) -> frozenset[str]:
    """What a node has set for the next one: interrupted, only what was done inside it."""
    if scope.nodes[target].attached_to != node.id:
        return effects.around(node)
    is_multiple = node.loop is not None and node.loop.multi_instance
    return effects.of_scope(node.body) if node.body is not None and not is_multiple else frozenset()


def _beside(scope: Scope, graph: Graph, effects: Effects) -> dict[str, frozenset[str]]:
    """Names that a branch running side by side may have set in the meantime."""
    names: dict[str, frozenset[str]] = {}
    for node in scope.nodes.values():
        branches = [reached(graph, branch) for branch in _branches(scope, node)]
        if not branches:
            continue
        shared = set.intersection(*branches)
        set_by = [frozenset(n for m in branch - shared for n in effects.around(scope.nodes[m])) for branch in branches]
        for number, branch in enumerate(branches):
            others = frozenset[str]().union(*(s for other, s in enumerate(set_by) if other != number))
            for member in branch - shared if others else ():
                names[member] = names.get(member, frozenset()) | others
    return names


def _branches(scope: Scope, node: Node) -> list[list[str]]:
    """The first nodes of each branch that a node may set going at once."""
    targets = [flow.target for flow in scope.outgoing(node.id) if flow.target in scope.nodes]
    side = [[event.id] for event in scope.boundary_events(node.id) if not event.cancel_activity]
    parallel = [[target] for target in targets] if node.kind not in _CHOICES and len(targets) > 1 else []
    if side:
        return [*(parallel or [[node.id]]), *side]
    return parallel
