"""Graph questions about a scope: where a token can go next, what lies on a cycle, what lies on every way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.diagram.elements import Kind, Node, Scope, Trigger

Graph = Mapping[str, list[str]]


def successors(scope: Scope) -> Graph:
    """Node -> where a token may go next: by a flow, from the border of an activity, or through a link."""
    after: dict[str, list[str]] = {node_id: [] for node_id in scope.nodes}
    targets = link_targets(scope)
    for node in scope.nodes.values():
        after[node.id] += [flow.target for flow in scope.outgoing(node.id) if flow.target in after]
        after[node.id] += [event.id for event in scope.boundary_events(node.id)]
        if is_link_source(node):
            after[node.id] += targets.get(node.event.name, [])
    return after


def link_targets(scope: Scope) -> Mapping[str | None, list[str]]:
    """Link name -> the events that catch it."""
    targets: dict[str | None, list[str]] = {}
    for node in scope.nodes.values():
        if is_link_target(node):
            targets.setdefault(node.event.name, []).append(node.id)
    return targets


def is_link_target(node: Node) -> bool:
    return node.kind is Kind.INTERMEDIATE_CATCH_EVENT and node.event.trigger is Trigger.LINK


def is_link_source(node: Node) -> bool:
    return node.kind is Kind.INTERMEDIATE_THROW_EVENT and node.event.trigger is Trigger.LINK


def beginnings(scope: Scope) -> list[Node]:
    """Where tokens begin: the start events and what starts on a message, otherwise all that nothing leads to."""
    return [*scope.start_events(), *scope.instantiators()] or [
        node for node in scope.nodes.values() if scope.begins_at(node) and not node.for_compensation
    ]


def reversed_graph(graph: Graph) -> Graph:
    before: dict[str, list[str]] = {node: [] for node in graph}
    for node, targets in graph.items():
        for target in targets:
            before[target].append(node)
    return before


def reached(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Everything a token can come to, the starts included."""
    seen: set[str] = set()
    pending = [start for start in starts if start in graph]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(graph[node])
    return seen


def cycles(graph: Graph) -> Iterator[list[str]]:
    """The strongly connected components that hold a cycle (Tarjan), their nodes in the graph's order."""
    order = {node: position for position, node in enumerate(graph)}
    for component in components(graph):
        if len(component) > 1 or component[0] in graph[component[0]]:
            yield sorted(component, key=order.__getitem__)


def components(graph: Graph) -> Iterator[list[str]]:
    """Tarjan's strongly connected components, later ones first, without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _popped(node, stack, on_stack)


def _popped(node: str, stack: list[str], on_stack: set[str]) -> list[str]:
    component = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        component.append(member)
        if member == node:
            return component


def dominators(graph: Graph, starts: Iterable[str]) -> dict[str, str | None]:
    """Reached node -> the last node that lies on every way to it (Cooper, Harvey and Kennedy)."""
    roots = [start for start in starts if start in graph]
    order = _reverse_postorder(graph, roots)
    position = {node: number for number, node in enumerate(order)}
    before = reversed_graph(graph)
    nearest: dict[str, str | None] = dict.fromkeys(roots)
    changed = True
    while changed:
        changed = False
        for node in order:
            if node in roots:
                continue
            known = [other for other in before[node] if other in nearest]
            if not known:
                continue
            common: str | None = known[0]
            for other in known[1:]:
                common = _common(common, other, nearest, position)
            if node not in nearest or nearest[node] != common:
                nearest[node] = common
                changed = True
    return nearest


def _common(
    one: str | None, other: str | None, nearest: Mapping[str, str | None], position: Mapping[str, int]
) -> str | None:
    while one != other:
        if one is None or other is None:
            return None
        if position[one] > position[other]:
            one = nearest[one]
        else:
            other = nearest[other]
    return one


def _reverse_postorder(graph: Graph, roots: list[str]) -> list[str]:
    seen: set[str] = set()
    finished: list[str] = []
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        work = [(root, iter(graph[root]))]
        while work:
            node, targets = work[-1]
            target = next((other for other in targets if other not in seen), None)
            if target is None:
                work.pop()
                finished.append(node)
            else:
                seen.add(target)
                work.append((target, iter(graph[target])))
    return finished[::-1]
