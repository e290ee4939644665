"""The structural check for nets too large to explore: a join should belong to a split of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram.elements import Flow, Kind, Node, Scope
from engine.diagram.lint.graph import dominators, successors
from engine.diagram.problems import Problem, warning

#: Nodes of the largest scope compared.
MAX_NODES = 3_000
_CHOICES = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY})
_MERGES = frozenset({Kind.EXCLUSIVE_GATEWAY}) | {kind for kind in Kind if kind.is_activity}


def compare_joins(scope: Scope) -> Iterator[Problem]:
    """Each meeting of ways is compared with the node where all ways to it part."""
    if len(scope.nodes) > MAX_NODES:
        return
    nearest = dominators(successors(scope), [node.id for node in scope.start_events()])
    for node in scope.nodes.values():
        forward = [flow for flow in scope.incoming(node.id) if not _is_back(flow, node, nearest)]
        split = scope.nodes.get(nearest.get(node.id) or "")
        if len(forward) > 1 and split is not None:
            yield from _compare(scope, split, node)


def _compare(scope: Scope, split: Node, join: Node) -> Iterator[Problem]:
    if join.kind is Kind.PARALLEL_GATEWAY and split.kind in _CHOICES:
        message = (
            f"并行网关“{join.title}”汇合的是“{split.title}”选出的分支，只会来一个，办件可能一直等下去。"
            "请让分出和汇合用同一种网关。"
        )
        yield warning("deadlock", join.id, join.line, message)
    if join.kind in _MERGES and split.kind is Kind.PARALLEL_GATEWAY:
        message = (
            f"并行网关“{split.title}”分出的分支在“{join.title}”没有合成一条，后面的环节会重复办理。"
            f"请在“{join.title}”之前用并行网关汇合。"
        )
        yield warning("multiple-tokens", join.id, join.line, message)


def _is_back(flow: Flow, node: Node, nearest: dict[str, str | None]) -> bool:
    """Whether a flow returns to a node that lies on every way to the flow's own source."""
    current: str | None = flow.source
    for _ in range(len(nearest)):
        if current is None or current == node.id:
            break
        current = nearest.get(current)
    return current == node.id
