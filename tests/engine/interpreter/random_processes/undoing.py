"""What a return means on any graph (design §8): all that came of the step is undone, with what joins had consumed."""

from __future__ import annotations

from collections.abc import Iterator

from random_processes.living import Came, Living, Mark, Role
from random_processes.pieces import Node


def returning(task: Living, step: str) -> list[tuple[Living, Came]]:
    """What goes back to a step, the task's token or a scope it lies in, and the completions of the step on its way.

    Which of several is meant is open where loops lead through one another.
    """
    for level in _levels(task):
        done = [one for one in level.came.before() if one.node.id == step and not one.flow] if level.came else []
        if done and is_step(done[0].node):
            return [(level, one) for one in done]
    return []


def undo(level: Living, done: Came) -> None:
    """Take away every token that came of a step, give joins back what else they had consumed, and do the step anew."""
    scope = level.parent
    assert scope is not None
    lost = [mark for mark in scope.marks if _is_of(mark.came, done)]
    gone = [child for child in scope.inner if _is_of(child.came, done)]
    given = _given_back([one.came for one in (*lost, *gone)], done)
    scope.marks = [mark for mark in scope.marks if not _is_of(mark.came, done)]
    scope.inner = [child for child in scope.inner if not _is_of(child.came, done)]
    scope.marks += given
    scope.marks.append(Mark(f">{done.node.id}", done.parents[0] if done.parents else None))


def is_step(node: Node) -> bool:
    """Whether people work on it."""
    if node.kind == "subProcess":
        return node.body is not None and any(is_step(inner) for inner in node.body.nodes.values())
    return node.kind in ("userTask", "callActivity")


def _given_back(ways: list[Came | None], done: Came) -> list[Mark]:
    """What joins that lie behind the step have consumed of others than those that came of it, each once."""
    joins = {one.key: one for way in ways if way for one in way.before() if one.given and _is_of(one, done)}
    return [mark for join in joins.values() for mark in join.given if not _is_of(mark.came, done)]


def _is_of(came: Came | None, done: Came) -> bool:
    return came is not None and any(one.key == done.key for one in came.before())


def _levels(task: Living) -> Iterator[Living]:
    level = _mover(task)
    while level.parent is not None:
        yield level
        if level.parent.node is not None and level.parent.node.by_event:
            return
        level = _mover(level.parent)


def _mover(live: Living) -> Living:
    """What moves on flows: an instance stands for its loop, a called process for its call."""
    while live.parent is not None and live.parent.role is not Role.SCOPE:
        live = live.parent
    return live
