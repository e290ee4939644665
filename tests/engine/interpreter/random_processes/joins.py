"""Which inclusive joins are enabled (BPMN 2.0.2 table 13.3): paths are searched anew each time."""

from __future__ import annotations

from random_processes.living import Living
from random_processes.pieces import Scope


def enabled_joins(scope: Living) -> list[str]:
    drawn = scope.flow_scope
    assert drawn is not None
    joins = [n.id for n in drawn.nodes.values() if n.kind == "inclusiveGateway" and len(drawn.into(n.id)) > 1]
    return [join for join in joins if _is_enabled(scope, drawn, join)]


def _is_enabled(scope: Living, drawn: Scope, join: str) -> bool:
    marked = {flow.id for flow in drawn.into(join) if flow.id in scope.marks}
    return bool(marked) and all(_may_be_ignored(drawn, mark, join, marked) for mark in _tokens(scope))


def _tokens(scope: Living) -> set[str]:
    """Flows with a token, and `>n` for each token inside a node n."""
    inside = {f">{child.node.id}" for child in scope.inner if child.node is not None}
    return {mark.replace("!", ">") for mark in scope.marks} | inside


def _may_be_ignored(drawn: Scope, token: str, join: str, marked: set[str]) -> bool:
    """Whether it leads to no empty flow of the join, or also to one that has a token."""
    ends = _path_ends(drawn, token, join)
    return not (ends - marked) or bool(ends & marked)


def _path_ends(drawn: Scope, token: str, join: str) -> set[str]:
    """The flows into the join with which paths from a token end, not visiting the join before."""
    ends: set[str] = set()
    seen: set[str] = set()
    pending = [token]
    while pending:
        mark = pending.pop()
        if mark in seen:
            continue
        seen.add(mark)
        node = mark[1:] if mark[0] == ">" else drawn.flows[mark].target
        if node == join and mark[0] != ">":
            ends.add(mark)
        else:
            pending.extend(_onwards(drawn, node))
    return ends


def _onwards(drawn: Scope, node: str) -> list[str]:
    """Ways out of a node: its flows, its border, and the other end of its link."""
    ways = [flow.id for flow in drawn.out_of(node)] + [f">{event.id}" for event in drawn.border(node)]
    event = drawn.nodes[node].event
    if drawn.nodes[node].kind == "intermediateThrowEvent" and event.trigger == "link":
        catches = (n for n in drawn.nodes.values() if n.kind == "intermediateCatchEvent")
        ways += [
            f">{other.id}" for other in catches if other.event.trigger == "link" and other.event.name == event.name
        ]
    return ways
