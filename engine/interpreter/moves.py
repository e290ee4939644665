"""Moves that no diagram has drawn: returning a case, taking a task back, moving it by hand (design §8).

Each is a pure function of the state; a preview is the same call whose step is not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.interpreter.codec import State
from engine.interpreter.corrections import Token
from engine.interpreter.errors import MoveRefused, TaskNotOpen
from engine.interpreter.execution import Execution
from engine.interpreter.migration import migrate, propose
from engine.interpreter.nodes.base import Node
from engine.interpreter.nodes.loops import LoopBody
from engine.interpreter.nodes.subprocesses import FlowScope
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification
from engine.interpreter.steps import Step, load, take_step
from engine.interpreter.trail import PassageKind
from engine.interpreter.way import (
    Again,
    Cut,
    Way,
    came_by,
    cut,
    effects,
    last_steps,
    parted,
    past_of,
    shared,
    split_ids,
    steps,
    to_json,
)

__all__ = ["MoveRefused", "migrate", "move", "propose", "recall", "return_to", "targets"]


def targets(spec: Specification, state: State, token_id: str, services: Services) -> tuple[str, ...]:
    """The steps that an open task may be returned to, the nearest first."""
    token = _open_task(load(spec, state, services), token_id)
    found = [step for level in _levels(token) for step in steps(level.way)]
    return tuple(dict.fromkeys(step for step in found if step != token.task_spec.bpmn_id))


def return_to(
    spec: Specification, state: State, token_id: str, activity_id: str, services: Services, *, direct: bool = False
) -> Step:
    """Withdraw an open task's token and do an earlier step again (退回).

    With `direct` (直达) the step, once done, leads straight back to the task that was returned.
    """
    execution = load(spec, state, services)
    token = _open_task(execution, token_id)
    level, found = _behind(token, activity_id)
    withdrawn = _came_with(level, found)
    if direct:
        _ensure_straight(token, level, withdrawn)
    back = _way_back(level) if direct else None
    return take_step(spec, execution, lambda: _undo(level, found, withdrawn, activity_id, back))


def recall(spec: Specification, state: State, activity_id: str, services: Services) -> Step:
    """Take a completed task back (拿回), as long as nobody has worked on what came of it."""
    execution = load(spec, state, services)
    name = _name(execution, activity_id)
    if isinstance(execution.spec.task_specs.get(activity_id), LoopBody):
        raise MoveRefused(f"“{name}”由多人分别办理，不能由一人拿回。", activity=activity_id)
    after = [token for token in execution.live() if activity_id in last_steps(_came_by(token))]
    if not after or len({token.parent.id for token in after}) > 1:
        raise MoveRefused(f"“{name}”之后的环节已经有人办理，或办件已经走远，不能拿回。", activity=activity_id)
    found = cut(_came_by(after[-1]), activity_id)
    assert found is not None, "a last step is a step of the way"
    withdrawn = _came_with(after[-1], found)
    if any(_worked_on(token, activity_id) for token in withdrawn):
        raise MoveRefused(f"“{name}”之后的环节已经有人办理，不能拿回。", activity=activity_id)
    back = after[-1].internal_data.get("led_back")
    return take_step(spec, execution, lambda: _undo(after[-1], found, withdrawn, activity_id, back))


def move(
    spec: Specification,
    state: State,
    activity_id: str,
    services: Services,
    *,
    withdraw: Collection[str] | None = None,
) -> Step:
    """Place one token on any activity by hand, in place of tasks and waits given by id.

    Without ids, everything that the activity's place allows to withdraw is withdrawn.
    """
    execution = load(spec, state, services)
    node = execution.spec.task_specs.get(activity_id)
    if node is None or node.container is None or not _can_hold(node):
        raise MoveRefused(f"没有可以移动到的环节“{activity_id}”。", activity=activity_id)
    leaving = [_mover(execution, token_id) for token_id in dict.fromkeys(withdraw or ())]
    chain = _chain(node, _chosen(execution, leaving))
    if withdraw is None:
        leaving = [token for scope in chain.live for token in _moving(scope) if token not in chain.live]
    return take_step(spec, execution, lambda: _move(execution, node, chain, leaving))


@dataclass(frozen=True, kw_only=True)
class _Chain:
    """The scopes an activity lies in: those that are open, outermost first, and those to be opened."""

    live: tuple[Token, ...]
    missing: tuple[FlowScope, ...]


def _open_task(execution: Execution, token_id: str) -> Token:
    token: Token | None = execution.tasks.get(token_id)
    if token is None or not token.task_spec.manual or token._state != TaskState.READY:
        raise TaskNotOpen(token=token_id)
    return token


def _behind(token: Token, activity_id: str) -> tuple[Token, Cut]:
    """What goes back to a step: the token, or a scope it lies in, and its way divided there."""
    for level in _levels(token):
        found = cut(level.way, activity_id)
        if found is not None and activity_id != token.task_spec.bpmn_id:
            return level, found
    name = _name(token.workflow, activity_id)
    raise MoveRefused(f"不能退回到“{name}”：它不是这项待办之前已经办完的环节。", activity=activity_id)


def _levels(token: Token) -> Iterator[Token]:
    """A token, then the scopes it lies in, as far as a way leads on from them."""
    level = _mover_of(token)
    while level.parent is not None:
        yield level
        if level.parent.task_spec.is_event_subprocess:
            return
        level = _mover_of(level.parent)


def _mover_of(token: Token) -> Token:
    """What moves on sequence flows: an instance stands for its loop, a called process for its call."""
    while token.parent is not None and not isinstance(token.parent.task_spec, FlowScope):
        token = token.parent
    return token


def _moving(scope: Token) -> list[Token]:
    """The tokens on a scope's flows, without its listeners."""
    return [child for child in scope.children if not child.internal_data.get("listening")]


def _came_with(level: Token, found: Cut) -> list[Token]:
    """The token that goes back, and those that came out of a split which it leaves backwards (§8.2)."""
    lost = split_ids(found.undone)
    return [other for other in _moving(level.parent) if other is level or lost & split_ids(other.way)]


def _undo(level: Token, found: Cut, withdrawn: list[Token], activity_id: str, back: Mapping[str, Any] | None) -> None:
    """Withdraw, place one token on the step, and give joins back what they had consumed from its siblings."""
    execution, scope = level.workflow, level.parent
    given = _given_back(level, found, withdrawn)
    others = [way for token in withdrawn if token is not level for way in _ways_of(token, level.way)]
    _tell_undone(execution, [found.undone, *_ways_inside(level), *others], [way for _, _, way in given])
    for token in withdrawn:
        execution.withdraw(token)
    node = execution.spec.task_specs[activity_id]
    placed = execution.place(node, scope, way=found.before, **({"resume": back} if back else {}))
    for join, flow, way in given:
        token = execution.place(execution.spec.task_specs[join], scope, flow=flow, way=way)
        placed.internal_data.get("resume", {}).setdefault("given_back", []).append(token.id)


def _given_back(level: Token, found: Cut, withdrawn: Collection[Token]) -> list[tuple[str, str, Way]]:
    """Join, flow and way of the tokens that joins had consumed, and that have nothing to do with what goes back."""
    lost = split_ids(found.undone)
    others = [given for token in withdrawn if token is not level for given in parted(token.way, lost)]
    return list(dict.fromkeys([*found.given_back, *others]))


def _way_back(level: Token) -> dict[str, Any]:
    """What a corrected step must know to go straight back; a correction inside a correction nests."""
    back: dict[str, Any] = {"node": level.task_spec.name, "way": to_json(level.way)}
    if "resume" in level.internal_data:
        back["resume"] = level.internal_data["resume"]
    return back


def _ensure_straight(token: Token, level: Token, withdrawn: list[Token]) -> None:
    """Going straight back needs a place to come back to."""
    if level is not _mover_of(token):
        raise MoveRefused("退回会离开子流程，改正后不能直达，请选择逐级办理。")
    if len(withdrawn) > 1:
        raise MoveRefused("退回会撤下并行的其他环节，改正后不能直达，请选择逐级办理。")


def _tell_undone(execution: Execution, ways: Collection[Way], kept: Collection[Way] = ()) -> None:
    still = {step for way in kept for step in steps(way)}
    undone = [step for way in ways for step in reversed(steps(way)) if step not in still]
    execution.record.undone += dict.fromkeys(undone)
    execution.record.effects += dict.fromkeys(node for way in ways for node in reversed(effects(way)))


def _ways_of(token: Token, before: Way) -> Iterator[Way]:
    """What a token has behind it since a place of its way, and all that was done inside it."""
    yield token.way[len(shared([token.way, before])) :]
    yield from _ways_inside(token)


def _ways_inside(token: Token) -> Iterator[Way]:
    """All that was done inside a token; some instances of an activity that is repeated are work on it."""
    if token.task_spec.is_step and token.internal_data.get("done"):
        yield (token.task_spec.name,)
    yield past_of(token.internal_data)
    for child in token.children:
        yield from _ways_of(child, ())


def _worked_on(token: Token, step: str) -> bool:
    """Whether anything was completed after a step by this token or inside it."""
    if step not in last_steps(_came_by(token)):
        return True
    return _worked_inside(token)


def _has_work(token: Token) -> bool:
    """Whether anything was completed by a token or inside it, also in a loop that has led back."""
    return Again() in token.way or bool(steps(_came_by(token))) or _worked_inside(token)


def _worked_inside(token: Token) -> bool:
    is_begun = bool(token.internal_data.get("done") or steps(past_of(token.internal_data)))
    return is_begun or any(map(_has_work, token.children))


def _came_by(token: Token) -> Way:
    return came_by(token.internal_data, token.way)


def _can_hold(node: Node) -> bool:
    is_activity = node.passage_kind is PassageKind.ACTIVITY
    return is_activity and not node.is_event_subprocess and node.container is not None


def _mover(execution: Execution, token_id: str) -> Token:
    token: Token | None = execution.tasks.get(token_id)
    if token is None or token.parent is None or _mover_of(token).internal_data.get("listening"):
        raise MoveRefused("要撤下的待办或等待已经不在了，请刷新。", token=token_id)
    return _mover_of(token)


def _chosen(execution: Execution, leaving: list[Token]) -> list[Token]:
    """The scopes that may be meant: those around what is withdrawn, otherwise all."""
    around: dict[str, Token] = {}
    for token in leaving:
        while token.parent is not None:
            token = token.parent
            around[token.id] = token
    return list(around.values()) or [token for token in execution.live() if token.task_spec.is_scope]


def _chain(node: Node, scopes: list[Token]) -> _Chain:
    """From the case down to the activity's own scope; raises when a scope cannot be told or opened."""
    missing: list[FlowScope] = []
    container = node.container
    while True:
        assert isinstance(container, FlowScope), "activities lie in scopes"
        live = [token for token in scopes if token.task_spec is container]
        if len(live) > 1:
            raise MoveRefused(f"“{container.element.title}”有几个实例正在办理，请指明撤下哪一个里的待办。")
        if live:
            return _Chain(live=tuple(_upwards(live[0]))[::-1], missing=tuple(reversed(missing)))
        if container.container is None or container.name != container.bpmn_id or container.is_event_subprocess:
            raise MoveRefused(f"“{container.element.title}”不在办理中，不能直接移动到它里面，请先移动到它本身。")
        missing.append(container)
        container = container.container


def _upwards(token: Token | None) -> Iterator[Token]:
    while token is not None:
        yield token
        token = token.parent


def _move(execution: Execution, node: Node, chain: _Chain, leaving: Collection[Token]) -> None:
    scope = chain.live[-1]
    base = shared([token.way for token in leaving if token.parent is scope])
    found = cut(base, node.name)
    way = found.before if found else base
    _tell_undone(execution, [undone for token in leaving for undone in _ways_of(token, way)])
    for token in leaving:
        _withdraw(token, chain.live)
    for container in chain.missing:
        scope, way = container.open(execution, scope, way), ()
    execution.place(node, scope, way=way)


def _withdraw(token: Token, kept: Collection[Token]) -> None:
    """Withdraw a token, and the scopes that are left empty by it."""
    execution = token.workflow
    while token.is_live and token not in kept:
        scope = token.parent
        execution.withdraw(token)
        if _moving(scope):
            return
        token = _mover_of(scope)


def _name(execution: Execution, activity_id: str) -> str:
    node = execution.spec.task_specs.get(activity_id)
    return node.element.title if node is not None else activity_id
