"""Looking into a case without moving it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.interpreter.codec import State, decode_tokens
from engine.interpreter.corrections import Token, TokenTree
from engine.interpreter.scopes import Variables
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification
from engine.interpreter.steps import OpenedTask, load, opened_task


def variables_at(spec: Specification, state: State, token_id: str, services: Services) -> Mapping[str, Any]:
    """The variables that an open task sees: those of its scope and of the scopes around it."""
    execution = load(spec, state, services)
    seen = execution.variables.visible(execution.tasks.get(token_id))
    state.living.leave(execution)
    return seen


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What is seen from an open task."""

    variables: Mapping[str, Any]
    #: its place among the instances of a multi-instance activity, counted from 0
    index: int | None


def sights(spec: Specification, state: State) -> dict[str, Sight]:
    """What each open task sees, by its token."""
    tree = TokenTree(spec.net)
    decode_tokens(state, tree)
    variables = Variables.decode(state.variables)
    return {
        token.id: Sight(variables=variables.visible(token), index=_index(token))
        for token in tree.tasks.values()
        if token.task_spec.manual
    }


def _index(token: Token | None) -> int | None:
    """Of the nearest multi-instance activity around a token."""
    while token is not None and "index" not in token.internal_data:
        token = token.parent
    return None if token is None else int(token.internal_data["index"])


def open_tasks(spec: Specification, state: State, services: Services) -> tuple[OpenedTask, ...]:
    """All tasks that now wait for a person, as the specification describes them."""
    execution = load(spec, state, services)
    ready = [token for token in execution.live() if token.task_spec.manual and token._state == TaskState.READY]
    with feel.clock(services.now):
        return tuple(opened_task(spec, token) for token in ready)
