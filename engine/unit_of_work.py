"""One command's transaction and all it may use: the connection, the instant, the actor and the engine's tools."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine.commands import Actor
from engine.definitions import DefinitionCache
from engine.model import HistoryEvent
from engine.ports import FormPort, LocalConnector, PolicyPort, ProjectPort
from engine.store.attachments import AttachmentStore


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the composition root gives the engine."""

    forms: FormPort
    connectors: Mapping[str, LocalConnector]
    definitions: DefinitionCache
    projects: ProjectPort | None = None
    policies: PolicyPort | None = None
    attachments: AttachmentStore | None = None
    demo: bool = False
    #: whether tasks are for persons in offices; in a library session whoever has a task's id does it
    offices: bool = True


@dataclass
class UnitOfWork:
    """Passed to every handler. It never commits."""

    connection: Connection
    now: datetime
    actor: Actor
    tools: Tools
    #: what ids are derived from, so that a replay gives the same ones
    seed: str
    _issued: int = field(default=0)

    def new_id(self) -> str:
        """The next id of this command."""
        self._issued += 1
        return hashlib.sha256(f"{self.seed}:{self._issued}".encode()).hexdigest()[:32]

    def next_seq(self, stream: str) -> int:
        """The number of the event that this command will append to a stream."""
        last = self.connection.scalar(select(func.max(HistoryEvent.seq)).where(HistoryEvent.stream == stream))
        return (last or 0) + 1

    def record(
        self,
        stream: str,
        type_: str,
        *,
        input: Mapping[str, Any],
        outcome: Mapping[str, Any],
        seq: int | None = None,
        task_id: str | None = None,
        activity_id: str | None = None,
        activity_name: str | None = None,
    ) -> None:
        """Append this command's event to a stream of the history."""
        self.connection.execute(
            insert(HistoryEvent).values(
                stream=stream,
                seq=seq or self.next_seq(stream),
                type=type_,
                at=self.now,
                actor_id=self.actor.person_id,
                on_behalf_of=self.actor.on_behalf_of,
                task_id=task_id,
                activity_id=activity_id,
                activity_name=activity_name,
                input=dict(input),
                outcome=dict(outcome),
            )
        )
