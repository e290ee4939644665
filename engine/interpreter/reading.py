"""Looking into a case without moving it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.interpreter.codec import State
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification
from engine.interpreter.steps import OpenedTask, load, opened_task


def variables_at(spec: Specification, state: State, token_id: str, services: Services) -> Mapping[str, Any]:
    """The variables that an open task sees: those of its scope and of the scopes around it."""
    execution = load(spec, state, services)
    return execution.variables.visible(execution.tasks.get(token_id))


def open_tasks(spec: Specification, state: State, services: Services) -> tuple[OpenedTask, ...]:
    """All tasks that now wait for a person, as the specification describes them."""
    execution = load(spec, state, services)
    ready = [token for token in execution.live() if token.task_spec.manual and token._state == TaskState.READY]
    with feel.clock(services.now):
        return tuple(opened_task(spec, token) for token in ready)
