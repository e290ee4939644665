"""Looking into a case without moving it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.interpreter.codec import State, decode_tokens, decode_variables
from engine.interpreter.execution import Execution
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification


def variables_at(spec: Specification, state: State, token_id: str, services: Services) -> Mapping[str, Any]:
    """The variables that an open task sees: those of its scope and of the scopes around it."""
    execution = Execution(spec.net, services, decode_variables(state))
    decode_tokens(state, execution)
    return execution.variables.visible(execution.tasks.get(token_id))
