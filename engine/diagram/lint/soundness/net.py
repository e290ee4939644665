"""A scope as a workflow net: tokens lie on sequence flows, nodes move them (BPMN 2.0.2 §13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from engine.diagram.elements import Flow, Kind, Node, Scope, Trigger
from engine.diagram.lint.graph import beginnings, is_link_source, link_targets

#: Conditional flows of one inclusive choice whose every combination is looked at, and every pair.
MAX_FREE, MAX_PAIRED = 4, 24
_CHOOSING = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY})
_CLEARING = frozenset({Trigger.TERMINATE, Trigger.ERROR, Trigger.CANCEL})


@dataclass(frozen=True, kw_only=True)
class Firing:
    """A node moves tokens, in terms of the net as it was drawn."""

    #: None where a token only arrives
    node: str | None
    #: None for an inclusive join, which takes what is there
    consumed: tuple[int, ...] | None
    produced: tuple[int, ...]
    #: whether it could have gone another way
    choice: bool = False


#: Firings in their order: nothing, one, or two parts.
Trail = Firing | tuple["Trail", "Trail"] | None


@dataclass(kw_only=True)
class Transition:
    """Takes a token from every place in `pre` and puts one on every place in `post`."""

    pre: tuple[int, ...]
    post: tuple[int, ...]
    trail: Trail
    #: withdraws every token of the scope
    clears: bool = False
    #: an inclusive join: takes what lies on `pre` when nothing else can come
    waits: bool = False


@dataclass(kw_only=True)
class Net:
    transitions: list[Transition] = field(default_factory=list)
    #: where the first token lies
    initial: int = 0
    #: allow a non-interrupting boundary event to happen once; not tokens of the flow
    permits: set[int] = field(default_factory=set)
    #: place -> the flow or, where there is none, the node it stands for
    names: list[Flow | Node | None] = field(default_factory=list)
    #: node id -> the place of a token at it
    at: dict[str, int] = field(default_factory=dict)
    #: flow id -> its place
    on: dict[str, int] = field(default_factory=dict)
    #: link name -> the events that catch it
    links: Mapping[str | None, list[str]] = field(default_factory=dict)
    #: inputs of inclusive joins, which must keep apart arrived and coming tokens
    watched: set[int] = field(default_factory=set)

    def place(self, name: Flow | Node | None = None) -> int:
        self.names.append(name)
        return len(self.names) - 1

    def add(self, pre: tuple[int, ...], post: tuple[int, ...], node: str | None, *, choice: bool = False) -> Transition:
        firing = Firing(node=node, consumed=pre, produced=post, choice=choice)
        transition = Transition(pre=pre, post=post, trail=firing)
        self.transitions.append(transition)
        return transition


def build(scope: Scope) -> Net:
    """The net of one scope; subprocesses are single nodes of it."""
    net = Net(links=link_targets(scope))
    net.initial = net.place()
    nodes = [node for node in scope.nodes.values() if not node.is_event_subprocess and not node.for_compensation]
    known = {node.id for node in nodes}
    for flow in scope.flows.values():
        if flow.source in known and flow.target in known:
            net.on[flow.id] = net.place(flow)
    for node in nodes:
        _enter(net, scope, node)
    for node in nodes:
        _leave(net, scope, node)
    for marking in _starts(scope):
        net.add((net.initial,), tuple(net.at[node_id] for node_id in marking if node_id in net.at), None)
    return net


def _enter(net: Net, scope: Scope, node: Node) -> None:
    """Where a token is when it has come to a node."""
    incoming = tuple(net.on[flow.id] for flow in scope.incoming(node.id) if flow.id in net.on)
    if len(incoming) == 1 or (incoming and node.kind is Kind.END_EVENT):
        net.at[node.id] = incoming[0]
        return
    place = net.at[node.id] = net.place(node)
    if len(incoming) > 1 and node.kind in (Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY):
        _join(net, node, incoming, place)
        return
    for flow in incoming:
        net.add((flow,), (place,), None)


def _join(net: Net, node: Node, incoming: tuple[int, ...], place: int) -> None:
    if node.kind is Kind.PARALLEL_GATEWAY:
        net.add(incoming, (place,), node.id)
        return
    firing = Firing(node=node.id, consumed=None, produced=(place,))
    net.transitions.append(Transition(pre=incoming, post=(place,), trail=firing, waits=True))
    net.watched.update(incoming)


def _leave(net: Net, scope: Scope, node: Node) -> None:
    if node.kind is Kind.END_EVENT:
        _end(net, scope, node)
        return
    here = net.at[node.id]
    ways = list(_ways(net, scope, node))
    events = [event for event in scope.boundary_events(node.id) if event.id in net.at]
    choice = len(ways) + len(events) > 1
    for way in ways:
        net.add((here,), way, node.id, choice=choice)
    for event in events:
        border = net.at[event.id]
        if event.cancel_activity:
            net.add((here,), (border,), event.id, choice=True)
        else:
            permit = net.place()
            net.permits.add(permit)
            net.add((here, permit), (here, border), event.id, choice=True)


def _end(net: Net, scope: Scope, node: Node) -> None:
    """Tokens that come to an end by different flows have nothing to do with each other."""
    arriving = {net.at[node.id]} | {net.on[flow.id] for flow in scope.incoming(node.id) if flow.id in net.on}
    for place in sorted(arriving):
        last = net.add((place,), (), node.id)
        last.clears = node.event.trigger in _CLEARING


def _ways(net: Net, scope: Scope, node: Node) -> Iterator[tuple[int, ...]]:
    """The sets of flows a token may leave by."""
    flows = [flow for flow in scope.outgoing(node.id) if flow.id in net.on]
    if node.kind in _CHOOSING and flows:
        yield from ((net.on[flow.id],) for flow in flows)
        return
    linked = tuple(net.at[other] for other in net.links.get(node.event.name, ())) if is_link_source(node) else ()
    decided = [flow for flow in flows if node.kind.chooses and (flow.condition or flow.id == node.default)]
    default = tuple(net.on[flow.id] for flow in decided if flow.id == node.default)
    free = [net.on[flow.id] for flow in decided if flow.id != node.default]
    names = {flow.id for flow in decided}
    fixed = tuple(net.on[flow.id] for flow in flows if flow.id not in names) + linked
    # That no condition at all may be true has a problem of its own.
    if fixed or default or not free:
        yield fixed + (default if node.kind is not Kind.INCLUSIVE_GATEWAY or not fixed else ())
    for count in range(1, len(free) + 1):
        if len(free) <= MAX_FREE or count in (1, len(free)) or (count == 2 and len(free) <= MAX_PAIRED):
            yield from (fixed + chosen for chosen in combinations(free, count))


def _starts(scope: Scope) -> Iterator[tuple[str, ...]]:
    """The ways a scope may begin: by one of its start events, otherwise by all that nothing leads to."""
    nodes = [node.id for node in beginnings(scope)]
    if scope.start_events() or scope.instantiators():
        yield from ((node_id,) for node_id in nodes)
    else:
        yield tuple(nodes)
