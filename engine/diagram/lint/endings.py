"""Loops that cannot be left or never wait, timers that never stop, and ways that lead to no end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import iso8601
from engine.diagram.elements import Diagram, Kind, Node, Scope, TimerKind, Trigger
from engine.diagram.lint.executed import Place, executed, places
from engine.diagram.lint.graph import Graph, beginnings, cycles, reached, reversed_graph, successors
from engine.diagram.problems import Problem, error, warning
from engine.diagram.topics import topic_of

#: Tasks that wait for a person or a message. A called process may, and is not looked into.
_WAITING = frozenset(
    {Kind.USER_TASK, Kind.MANUAL_TASK, Kind.RECEIVE_TASK, Kind.CALL_ACTIVITY, Kind.EVENT_BASED_GATEWAY}
)
_CHOOSING = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY})
_AWAITED = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL})
#: Titles told of one loop.
MAX_TOLD = 4


def check(diagram: Diagram) -> Iterator[Problem]:
    for process in executed(diagram):
        for place in places(process):
            graph = successors(place.scope)
            busy = set()
            for problem, members in _busy_loops(place.scope, graph):
                busy |= set(members)
                yield problem
            yield from _without_end(place, graph, busy)
            for node in place.scope.nodes.values():
                yield from _timers(place, node)


def waits(node: Node) -> bool:
    """Whether a token stays at a node until a person, time or the outside moves it."""
    if node.kind in _WAITING or (node.kind is Kind.INTERMEDIATE_CATCH_EVENT and node.event.trigger in _AWAITED):
        return True
    if topic_of(node.extension.get("connector") or "") is not None:
        return True
    if node.body is None:
        return False
    return any(waits(inner) for inner in node.body.nodes.values())


def _busy_loops(scope: Scope, graph: Graph) -> Iterator[tuple[Problem, list[str]]]:
    """Loops a token could run through for ever without anybody doing anything."""
    at_work = {node_id for node_id in graph if not waits(scope.nodes[node_id])}
    narrowed = {node_id: [target for target in graph[node_id] if target in at_work] for node_id in graph}
    for loop in cycles({node_id: narrowed[node_id] for node_id in narrowed if node_id in at_work}):
        members = set(loop)
        titles = _titles(scope, loop)
        first = _most_telling(scope, loop)
        if any(_may_leave(scope, graph, scope.nodes[member], members) for member in loop):
            message = (
                f"{titles}连成的循环里没有人工环节、定时或等待，条件一直成立时会不停地转。"
                "请确认每一圈都会改变条件，或在循环里加上人工环节或定时。"
            )
            yield warning("busy-loop", first.id, first.line, message), loop
        else:
            message = (
                f"{titles}连成的循环里没有人工环节、定时或等待，也没有能走出去的选择，办件会永远转下去。"
                "请加一个能离开循环的排他网关，或者去掉往回的连线。"
            )
            yield error("endless-loop", first.id, first.line, message), loop


def _may_leave(scope: Scope, graph: Graph, node: Node, loop: set[str]) -> bool:
    """Whether a token here may be led out of the loop, and not only a second one beside it."""
    outside = [target for target in graph[node.id] if target not in loop]
    if any(scope.nodes[target].attached_to == node.id for target in outside):
        return True
    if node.kind in _CHOOSING:
        return bool(outside)
    flows = scope.outgoing(node.id)
    return all(flow.condition is not None or flow.id == node.default for flow in flows if flow.target in loop)


def _without_end(place: Place, graph: Graph, told: set[str]) -> Iterator[Problem]:
    """Nodes a token comes to and never gets away from; one word for each group of them."""
    scope = place.scope
    if _may_be_ended(place):
        return
    ends = [node_id for node_id, targets in graph.items() if not targets]
    ending = reached(reversed_graph(graph), ends)
    alive = reached(graph, [node.id for node in beginnings(scope)])
    lost = alive - ending
    caught = {node_id: [t for t in graph[node_id] if t in lost] for node_id in graph if node_id in lost}
    for loop in cycles(caught):
        if set(loop) <= told or not {target for member in loop for target in graph[member]} <= set(loop):
            continue
        first = scope.nodes[loop[0]]
        message = f"{_titles(scope, loop)}走不到任何结束，办件永远办不完。请加一条通向结束事件的出路。"
        yield warning("no-end", first.id, first.line, message)


def _may_be_ended(place: Place) -> bool:
    """Whether something else ends the scope: another branch, or an event that interrupts it."""
    scope = place.scope
    if any(node.event.trigger in (Trigger.TERMINATE, Trigger.ERROR) for node in scope.nodes.values()):
        return True
    if any(_interrupts(handler) for handler in scope.event_subprocesses()):
        return True
    if place.owner is None or place.around is None:
        return False
    return any(event.cancel_activity for event in place.around.scope.boundary_events(place.owner.id))


def _interrupts(handler: Node) -> bool:
    return handler.body is not None and any(start.interrupting for start in handler.body.start_events())


def _timers(place: Place, node: Node) -> Iterator[Problem]:
    """A cycle without a count repeats only where the event does not interrupt (BPMN 2.0.2 §10.5.6)."""
    repeats = (node.kind is Kind.BOUNDARY_EVENT and not node.cancel_activity) or (
        node.kind is Kind.START_EVENT and place.owner is not None and place.owner.triggered_by_event
    )
    if not repeats or (node.kind is Kind.START_EVENT and node.interrupting):
        return
    for event in node.events:
        if event.timer is None or event.timer.kind is not TimerKind.CYCLE:
            continue
        text = event.timer.expression.text.strip().strip('"')
        cycle = iso8601.parse_cycle(text)
        if (cycle is not None and cycle.times is None) or iso8601.parse_duration(text) is not None:
            message = f"周期“{text}”没有次数，会一直重复到活动结束，建议写成 R3/… 这样的次数。"
            yield warning("timer-endless", node.id, event.timer.expression.line, message)


def _titles(scope: Scope, loop: list[str]) -> str:
    named = [node for node_id in loop if not (node := scope.nodes[node_id]).kind.is_gateway]
    titles = [f"“{node.title}”" for node in named or [scope.nodes[node_id] for node_id in loop]]
    return "、".join(titles[:MAX_TOLD]) + ("等" if len(titles) > MAX_TOLD else "")


def _most_telling(scope: Scope, loop: list[str]) -> Node:
    """The first choice of a loop, where it is mended; otherwise its first node."""
    choices = [node_id for node_id in loop if scope.nodes[node_id].kind.is_gateway and len(scope.outgoing(node_id)) > 1]
    return scope.nodes[(choices or loop)[0]]
