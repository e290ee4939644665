"""What is told of work while it is done: nothing, unless the composition root gives a tracer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Any, Protocol


class SpanKind(StrEnum):
    """What kind of work a span tells of."""

    COMMAND = "command"
    JOB = "job"
    #: of a connector, to a service outside
    CALL = "call"


class Tracer(Protocol):
    """Told when work begins and ends. It gets names of kinds, never contents or persons."""

    def span(self, kind: SpanKind, name: str) -> AbstractContextManager[Any]:
        """Around the work; what is raised inside passes through."""

    def headers(self) -> Mapping[str, str]:
        """What an outgoing request takes along, so that the other side's spans join ours."""


class NoTracer:
    """Nobody is told."""

    def span(self, kind: SpanKind, name: str) -> AbstractContextManager[Any]:
        return nullcontext()

    def headers(self) -> Mapping[str, str]:
        return {}
