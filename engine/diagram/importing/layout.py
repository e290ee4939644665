"""Where the elements of a scope are drawn, when a model comes without a drawing: columns by distance from the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.diagram.elements import Kind, Node, Scope

Point = tuple[int, int]

_GAP_X, _GAP_Y, _MARGIN = 60, 40, 40
_SIZES = {True: (36, 36), False: (100, 80)}
_GATEWAY = (50, 50)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A shape's bounds."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def moved(self, by: Point) -> Box:
        return Box(x=self.x + by[0], y=self.y + by[1], width=self.width, height=self.height)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The boxes of a scope's nodes, of inner scopes' too, and the room they need."""

    boxes: Mapping[str, Box]
    width: int
    height: int


def of_scope(scope: Scope) -> Layout:
    inner = {node.id: of_scope(node.body) for node in scope.nodes.values() if node.body is not None}
    columns = [{node.id: _size(node, inner) for node in column} for column in _columns(scope)]
    tallest = max((_height(column) for column in columns), default=0)
    boxes: dict[str, Box] = {}
    x = _MARGIN
    for column in columns:
        width = max(size[0] for size in column.values())
        y = _MARGIN + (tallest - _height(column)) // 2
        for node_id, size in column.items():
            boxes[node_id] = Box(x=x + (width - size[0]) // 2, y=y, width=size[0], height=size[1])
            y += size[1] + _GAP_Y
        x += width + _GAP_X
    _attach(scope, boxes)
    for node_id in inner.keys() & boxes.keys():
        place = boxes[node_id].x, boxes[node_id].y
        boxes |= {key: box.moved(place) for key, box in inner[node_id].boxes.items()}
    return Layout(boxes=boxes, width=max(x - _GAP_X + _MARGIN, 200), height=max(tallest + 2 * _MARGIN, 140))


def _height(column: Mapping[str, Point]) -> int:
    return sum(size[1] + _GAP_Y for size in column.values()) - _GAP_Y


def way(source: Box, target: Box, *, from_boundary: bool) -> list[Point]:
    """The bends of a sequence flow."""
    (sx, sy), (tx, ty) = source.middle, target.middle
    if from_boundary and ty > source.bottom:
        return [(sx, source.bottom), (sx, ty), (target.x if target.x > sx else target.right, ty)]
    if target.x > source.right:
        bend = (source.right + target.x) // 2
        straight = [] if sy == ty else [(bend, sy), (bend, ty)]
        return [(source.right, sy), *straight, (target.x, ty)]
    low = max(source.bottom, target.bottom) + _GAP_Y // 2
    return [(sx, source.bottom), (sx, low), (tx, low), (tx, target.bottom)]


def _size(node: Node, inner: Mapping[str, Layout]) -> Point:
    if node.id in inner:
        return inner[node.id].width, inner[node.id].height
    return _GATEWAY if node.kind.is_gateway else _SIZES[node.kind.is_event]


def _columns(scope: Scope) -> list[list[Node]]:
    """Nodes by their longest way from where the scope begins; flows that lead back do not count."""
    order = _order(scope)
    rank = {node_id: number for number, node_id in enumerate(order)}
    distance = dict.fromkeys(order, 0)
    for node_id in order:
        for target in _targets(scope, node_id):
            if rank[target] > rank[node_id]:
                distance[target] = max(distance[target], distance[node_id] + 1)
    columns: dict[int, list[Node]] = {}
    for node_id in scope.nodes:
        if node_id in distance:
            columns.setdefault(distance[node_id], []).append(scope.nodes[node_id])
    return [columns[key] for key in sorted(columns)]


def _order(scope: Scope) -> list[str]:
    """Every node before what follows it, as far as there are no loops: a depth-first search, read backwards."""
    free = [node for node in scope.nodes.values() if node.attached_to is None]
    begins = [node.id for node in free if node.kind is Kind.START_EVENT or not scope.incoming(node.id)]
    done: list[str] = []
    seen: set[str] = set()
    for first in [*begins, *(node.id for node in free)]:
        pending = [(first, False)]
        while pending:
            node_id, left = pending.pop()
            if left:
                done.append(node_id)
            elif node_id not in seen:
                seen.add(node_id)
                pending.append((node_id, True))
                pending += [(target, False) for target in _targets(scope, node_id)]
    return done[::-1]


def _targets(scope: Scope, node_id: str) -> list[str]:
    """What follows a node or its boundary events, which are drawn with it."""
    sources = [node_id, *(event.id for event in scope.boundary_events(node_id))]
    targets = [flow.target for source in sources for flow in scope.outgoing(source)]
    return [target for target in targets if target in scope.nodes and scope.nodes[target].attached_to is None]


def _attach(scope: Scope, boxes: dict[str, Box]) -> None:
    """Boundary events sit on the lower edge of their hosts."""
    for host_id, host in list(boxes.items()):
        for number, event in enumerate(scope.boundary_events(host_id)):
            x = host.right - 28 - 44 * number
            boxes[event.id] = Box(x=max(x, host.x - 18), y=host.bottom - 18, width=36, height=36)
