"""One command's transaction and all it may use: the connection, the instant, the actor and the engine's tools."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.calls.commands import BACKOFF
from engine.cases.warm_cases import WarmCase, WarmCases
from engine.clock import local_date
from engine.commands import Actor
from engine.definitions import DefinitionCache
from engine.history import event
from engine.history.digests import HashKind, digest_of
from engine.history.event import Header, Occurrence
from engine.history.signatures import Signer
from engine.jobs.queue import Job, JobQueue, NoQueue
from engine.messaging.outbox import Outbox
from engine.model import HistoryEvent, HistoryStream
from engine.offices.names import Names
from engine.offices.organisation import delegation_in_force
from engine.ports import Connector, FormPort, PolicyPort, ProjectPort
from engine.store.attachments import AttachmentStore
from engine.tracing import NoTracer, Tracer

_APPEND = insert(HistoryEvent)

#: gives a sheet's file name and its content
Sheets = Callable[[Connection, DefinitionCache, str], tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the composition root gives the engine."""

    forms: FormPort
    connectors: Mapping[str, Connector]
    definitions: DefinitionCache
    projects: ProjectPort | None = None
    policies: PolicyPort | None = None
    attachments: AttachmentStore | None = None
    demo: bool = False
    #: whether tasks are for persons in offices; in a library session whoever has a task's id does it
    offices: bool = True
    names: Names = field(default_factory=Names)
    cases: WarmCases = field(default_factory=WarmCases)
    #: what new events are hashed with
    hash: HashKind = HashKind.SHA256
    #: gives what signs checkpoints; its key is made when it is first needed
    signer: Callable[[], Signer] | None = None
    #: keeps what is to be done after the command
    queue: JobQueue = field(default_factory=NoQueue)
    #: how long a call that went wrong rests before each further try; then it is an incident
    backoff: Sequence[timedelta] = BACKOFF
    #: how often the system makes a checkpoint by itself; None for never
    checkpoints: timedelta | None = None
    #: working days before it is due that a task is told of; None: nobody is told anything
    notice_days: int | None = None
    #: draws the sheet of a case that people read
    sheets: Sheets | None = None
    #: told of commands, jobs and calls while they are done
    tracer: Tracer = field(default_factory=NoTracer)


@dataclass
class UnitOfWork:
    """Passed to every handler. It never commits."""

    connection: Connection
    now: datetime
    actor: Actor
    tools: Tools
    #: what ids are derived from, so that a replay gives the same ones
    seed: str
    #: the request that it answers, if that may come again
    request: Mapping[str, str] | None = None
    #: what its cases have sent to others
    outbox: Outbox = field(default_factory=Outbox)
    _issued: int = field(default=0)
    #: cases as this command leaves them, by id; none where a case has ended
    left: dict[str, WarmCase | None] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)
    #: whether jobs were put
    _asked: bool = False

    def warm(self, instance_id: str) -> WarmCase | None:
        """A case as this command or an earlier one has left it; whether it is still so, its revision tells."""
        self._touched.add(instance_id)
        return self.left.get(instance_id) or self.tools.cases.get(instance_id)

    def committed(self) -> None:
        """Keep ready what this command has left."""
        self._touched.clear()
        for instance_id, case in self.left.items():
            if case is None:
                self.tools.cases.drop(instance_id)
            else:
                self.tools.cases.keep(instance_id, case)
        if self._asked:
            self.tools.queue.committed()

    def release(self) -> None:
        """Forget the cases of a command that was not committed."""
        for instance_id in self._touched:
            self.tools.cases.drop(instance_id)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What goes wrong inside is taken back by itself; the rest of the command stays as it is."""
        left = dict(self.left)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self.left = left
            raise

    def put(self, *jobs: Job) -> None:
        """Ask for what is to be done after this command; if it is rolled back, nothing was asked for."""
        if jobs:
            self.tools.queue.put(self.connection, jobs)
            self._asked = True

    def new_id(self) -> str:
        """The next id of this command."""
        self._issued += 1
        return hashlib.sha256(f"{self.seed}:{self._issued}".encode()).hexdigest()[:32]

    def record(self, stream: str, type_: str, *, input: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
        """Append this command's event to a stream that is no case; what happens in a case is recorded by `Case`."""
        last = self.connection.execute(
            select(HistoryStream.seq, HistoryStream.head).where(HistoryStream.stream == stream)
        ).one_or_none()
        seq = last.seq + 1 if last else 1
        occurrence = Occurrence(type=type_, input=input)
        head = self.append(stream, seq, occurrence, outcome, previous=last.head if last else None)
        if last is None:
            self.connection.execute(insert(HistoryStream).values(stream=stream, seq=seq, head=head))
        else:
            self.connection.execute(
                update(HistoryStream).where(HistoryStream.stream == stream).values(seq=seq, head=head)
            )

    def append(
        self, stream: str, seq: int, occurrence: Occurrence, outcome: Mapping[str, Any], *, previous: str | None
    ) -> str:
        """Write an event behind the one with the digest `previous`, and return its digest: the chain's new end."""
        header = Header(
            stream=stream,
            seq=seq,
            type=occurrence.type,
            at=self.now,
            actor=self.actor.person_id,
            on_behalf_of=self.actor.on_behalf_of,
            delegation=self._delegation(),
            task=occurrence.task_id,
            activity=occurrence.activity_id,
            activity_name=occurrence.activity_name,
            seed=self.seed,
            request=self.request,
            previous=previous,
            hash=self.tools.hash.value,
        )
        payload = event.write(header, occurrence.input, outcome)
        digest = digest_of(payload, header.hash)
        self.connection.execute(
            _APPEND,
            {
                "stream": stream,
                "seq": seq,
                "type": header.type,
                "at": header.at,
                "actor_id": header.actor,
                "on_behalf_of": header.on_behalf_of,
                "task_id": header.task,
                "activity_id": header.activity,
                "activity_name": header.activity_name,
                "payload": payload,
                "digest": digest,
            },
        )
        return digest

    def _delegation(self) -> str | None:
        """Under which delegation the actor acts for somebody else."""
        if self.actor.on_behalf_of is None:
            return None
        return delegation_in_force(self.connection, self.actor, local_date(self.now))
