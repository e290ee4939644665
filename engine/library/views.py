"""What a library session tells of its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


def drawn_id(element_id: str) -> str:
    """An element's id as it stands in its diagram; the engine puts the called process before it."""
    return element_id.rpartition(":")[2]


def called_process(element_id: str) -> str | None:
    """The called process that an element lies in."""
    return element_id.rpartition(":")[0] or None


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """A task that waits to be completed."""

    id: str
    case_id: str
    activity_id: str
    name: str
    #: all names that are seen from the task: its own, those of its scope and of the scopes around it
    variables: Mapping[str, Any]
    #: values mapped in by `anlan:in`
    inputs: Mapping[str, Any]
    #: the element of a multi-instance activity, and its place counted from 0
    item: Any
    index: int | None
    opened_at: datetime
    #: the called process the element lies in; None for the case's own
    called: str | None = None


@dataclass(frozen=True, kw_only=True)
class WaitingEvent:
    """A timer, message or signal that a case waits for."""

    id: str
    case_id: str
    kind: str
    element_id: str
    #: of the message or signal
    name: str
    due_at: datetime | None
    correlation: Any
    #: the called process the element lies in; None for the case's own
    called: str | None = None


@dataclass(frozen=True, kw_only=True)
class WaitingCall:
    """Work that a service task has asked of somebody outside, `anlan:connector="external.<topic>"`."""

    id: str
    case_id: str
    element_id: str
    topic: str
    inputs: Mapping[str, Any]
    asked_at: datetime
    #: the called process the element lies in; None for the case's own
    called: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoppedElement:
    """An element that cannot go on; the rest of its case can."""

    id: str
    element_id: str
    #: of the error that nothing catches
    code: str
    message: str
    #: the called process the element lies in; None for the case's own
    called: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseState:
    """Where a case stands."""

    id: str
    process_key: str
    #: active, suspended, completed, terminated; incident while something in it has stopped
    status: str
    #: the element with which the case ended
    ended_at: str | None
    #: where it has stopped because nothing catches an error
    incidents: tuple[StoppedElement, ...]
    #: the ids of the activities with an open task and of the events that are waited for
    active: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PassedElement:
    """An activity, event, gateway or sequence flow that a token has passed."""

    element_id: str
    kind: str
    at: datetime
    #: the called process the element lies in; None for the case's own
    called: str | None = None
