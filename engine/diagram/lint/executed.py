"""Which processes and scopes of a diagram are executed; drawings of others are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagram.elements import Diagram, Kind, Node, Process, Scope

#: Elements the support check refuses: what is inside them is not judged further.
_REFUSED = frozenset({Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS})


@dataclass(frozen=True, kw_only=True)
class Place:
    """A scope with its owner and what encloses it."""

    process: Process
    scope: Scope
    #: the subprocess; None for the process itself
    owner: Node | None = None
    #: the scope the subprocess lies in
    around: Place | None = None

    @property
    def id(self) -> str:
        return self.owner.id if self.owner else self.process.id

    @property
    def line(self) -> int | None:
        return self.owner.line if self.owner else self.process.line


def executed(diagram: Diagram) -> Iterator[Process]:
    """The processes a deployment may run: those not marked otherwise, the main one, and whatever these call."""
    waiting = [p for p in diagram.processes if p.executable is not False or p is diagram.main]
    found = {process.id for process in waiting}
    while waiting:
        process = waiting.pop(0)
        yield process
        called = {node.called_element for _, node in process.scope.walk()} - found
        waiting.extend(other for other in diagram.processes if other.id in called)
        found |= {other.id for other in waiting}


def places(process: Process) -> Iterator[Place]:
    """A process' scopes, outer before inner."""
    pending = [Place(process=process, scope=process.scope)]
    while pending:
        place = pending.pop(0)
        yield place
        pending.extend(
            Place(process=process, scope=node.body, owner=node, around=place)
            for node in place.scope.nodes.values()
            if node.body is not None and node.kind not in _REFUSED
        )
