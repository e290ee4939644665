"""Where a case has stopped: an error that no event catches (design §9: it never takes the normal way)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.interpreter.corrections import Token
from engine.interpreter.errors import IncidentNotOpen

if TYPE_CHECKING:
    from engine.interpreter.execution import Execution

_MARK = "incident"


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A token that waits for an administrator; the id stays the same while it waits."""

    id: str
    element_id: str
    #: of the error
    code: str
    message: str
    #: a connector has refused its work; otherwise the diagram itself has thrown the error
    refused: bool = False


def stop(token: Token, code: str, message: str = "", *, refused: bool = False) -> None:
    """Keep a token where its error has nobody to catch it."""
    token.internal_data[_MARK] = {"code": code, "message": message, "refused": refused}
    token._set_state(TaskState.WAITING)


def incidents_of(execution: Execution) -> tuple[Incident, ...]:
    """All tokens that have stopped, the oldest first."""
    return tuple(sorted(_stopped(execution), key=lambda incident: int(incident.id)))


def _stopped(execution: Execution) -> Iterator[Incident]:
    for token in execution.tasks.values():
        if _MARK in token.internal_data:
            yield Incident(id=token.id, element_id=token.task_spec.bpmn_id, **token.internal_data[_MARK])


def stopped_token(execution: Execution, incident_id: str) -> Token:
    """The token of an incident, which is then none any more."""
    token: Token | None = execution.tasks.get(incident_id)
    if token is None or token.internal_data.pop(_MARK, None) is None:
        raise IncidentNotOpen(incident=incident_id)
    return token


def settle(token: Token, values: Mapping[str, Any]) -> None:
    """Go on as if the work had been done; an error end event has none, its token ends."""
    if values:
        token.task_spec.write(token, token.task_spec.mappings.read_received(token, values))
    token.complete()
