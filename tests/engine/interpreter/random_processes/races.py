"""Where the order of moves can make a difference; elsewhere the oracle follows one order only."""

from __future__ import annotations

from functools import cache

from random_processes.living import Living, Role
from random_processes.pieces import Node, Scope

TOLD = frozenset({"signal", "conditional", "error", "escalation", "terminate"})


def order_matters(root: Living) -> bool:
    """Whether anything that can still happen in this step may be seen, or be cut short, by something else."""
    return any(_stirs_in(one) for one in root.walk())


def _stirs_in(one: Living) -> bool:
    if one.role is Role.READY:
        return True
    if not one.marks or one.flow_scope is None:
        return False
    if any(_may_stir(one.flow_scope, mark) for mark in one.marks):
        return True
    return _goes_on_to_stir(one)


def _goes_on_to_stir(scope: Living) -> bool:
    """What comes after a scope that may be finished."""
    host = scope.host
    if host.parent is None or host.node is None:
        return host.parent is not None and _goes_on_to_stir(host.parent)
    if host.node.outputs or host.node.loop is not None:
        return True
    around = host.parent
    if around.flow_scope is None:
        return True
    return _stirs_after(around.flow_scope, host.node.id) or _goes_on_to_stir(around)


def _may_stir(scope: Scope, mark: str) -> bool:
    node = scope.nodes[mark[1:] if mark[0] in ">!" else scope.flows[mark].target]
    if mark[0] == "!":
        return _stirs_after(scope, node.id)
    return node.id in _stirring(_Key(scope))


def _stirs_after(scope: Scope, node: str) -> bool:
    stirring = _stirring(_Key(scope))
    return any(flow.target in stirring for flow in scope.out_of(node))


class _Key:
    """Lets a scope be remembered by what it is, not by what it holds."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __hash__(self) -> int:
        return id(self.scope)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.scope is other.scope


@cache
def _stirring(key: _Key) -> frozenset[str]:
    """Nodes from which one that stirs is reached without anybody waiting in between."""
    scope = key.scope
    found = {node.id for node in scope.nodes.values() if _stirs(scope, node)}
    while True:
        more = {flow.source for flow in scope.flows.values() if flow.target in found} - found
        more = {node for node in more if not _holds(scope.nodes[node])}
        more |= {n.id for n in scope.nodes.values() if _is_link(n) and n.id not in found and _other(scope, n) in found}
        if not more:
            return frozenset(found)
        found |= more


def _stirs(scope: Scope, node: Node) -> bool:
    listens = any(event.event.trigger in TOLD for event in (node, *scope.border(node.id)))
    works = bool(node.script or node.outputs or node.loop or node.inputs or node.called)
    return listens or works or (node.body is not None and _body_stirs(node.body)) or node.kind == "eventBasedGateway"


def _body_stirs(body: Scope) -> bool:
    return any(_stirs(body, node) for node in body.nodes.values())


def _holds(node: Node) -> bool:
    waits = node.kind == "intermediateCatchEvent" and node.event.trigger in ("timer", "message")
    return waits or node.kind in ("userTask", "receiveTask", "serviceTask")


def _is_link(node: Node) -> bool:
    return node.kind == "intermediateThrowEvent" and node.event.trigger == "link"


def _other(scope: Scope, throw: Node) -> str:
    catches = (n for n in scope.nodes.values() if n.kind == "intermediateCatchEvent" and n.event.trigger == "link")
    return next((node.id for node in catches if node.event.name == throw.event.name), "")


def spins(scope: Scope) -> bool:
    """Whether flows lead back to where they came from without anybody waiting in between."""
    clear: set[str] = set()
    left = set(scope.nodes)
    while True:
        freed = {node for node in left if all(after in clear for after in _at_once(scope, node))}
        if not freed:
            return bool(left)
        clear |= freed
        left -= freed


def _at_once(scope: Scope, node: str) -> set[str]:
    """Where a token may go on to without waiting."""
    waits = _holds(scope.nodes[node]) and scope.nodes[node].loop is None
    after = set() if waits else {flow.target for flow in scope.out_of(node)}
    return after | {event.id for event in scope.border(node) if event.event.trigger not in ("timer", "message")}
