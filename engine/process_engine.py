"""The one gate: a command goes in, one transaction happens, a typed result comes out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from random import random
from time import perf_counter, sleep
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine import feel
from engine.cases.foresight import foresee
from engine.cases.preview import Preview
from engine.cases.rehearsal import Rehearsal, rehearse
from engine.clock import LOCAL_ZONE, Clock
from engine.commands import Command
from engine.errors import AnlanError, Conflict, NotComputable
from engine.handlers import handler_of
from engine.idempotency import AnsweredOnce, RequestKey
from engine.messaging.routing import deliver
from engine.moves import MigrateProcess, MoveProcess
from engine.store.database import Database, lost_race
from engine.tracing import SpanKind
from engine.unit_of_work import Tools, UnitOfWork

R = TypeVar("R")
#: a command's name, its seconds, and the code of its refusal
Observer = Callable[[str, float, str | None], None]
#: Times a command is tried while others come first; each time one of them has succeeded.
ATTEMPTS = 16
#: Of these, how often it may have written the same row as another.
COLLISIONS = 3
#: Seconds, at most, before the second try, doubled before each further one, and at the longest.
SHORTEST_REST, LONGEST_REST = 0.001, 0.25


class ProcessEngine:
    """Executes commands. This is the only place in the code that commits."""

    def __init__(self, *, database: Database, clock: Clock, tools: Tools) -> None:
        self.database = database
        self.clock = clock
        self.tools = tools
        self._key: RequestKey | None = None
        self._observer: Observer | None = None

    def observe(self, observer: Observer) -> None:
        """Tell somebody of every command: its name, the seconds it took, and the code of a refusal."""
        self._observer = observer

    def keyed(self, key: RequestKey) -> ProcessEngine:
        """The same engine for one request: what it has answered before, it answers again and does not do again."""
        engine = copy(self)
        engine._key = key
        return engine

    def execute(self, command: Command[R]) -> R:
        """Carry a command out completely, or raise and change nothing."""
        with self.tools.tracer.span(SpanKind.COMMAND, type(command).__name__):
            return self._execute(command) if self._observer is None else self._observed(command, self._observer)

    def _observed(self, command: Command[R], observer: Observer) -> R:
        began, refusal = perf_counter(), "error"
        try:
            result = self._execute(command)
            refusal = ""
        except AnlanError as refused:
            refusal = refused.code
            raise
        finally:
            observer(type(command).__name__, perf_counter() - began, refusal or None)
        return result

    def _execute(self, command: Command[R]) -> R:
        request = AnsweredOnce.of(self._key, command) if self._key else None
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(command, request)
            except IntegrityError as error:
                # Two that write the same row meet here too; whoever meets it again has nobody to wait for.
                if attempt >= COLLISIONS:
                    raise Conflict from error
            except DBAPIError as error:
                if not lost_race(error):
                    raise
                # Those who lost to each other would lose again in step.
                sleep(random() * min(SHORTEST_REST * 2**attempt, LONGEST_REST))
        raise Conflict("同时办理的人太多，这次没有办成，请稍后再试。")

    def _attempt(self, command: Command[R], request: AnsweredOnce | None) -> R:
        with self._transaction(command) as work:
            if request is not None and (known := request.answer(work)) is not None:
                return cast(R, known.result)
            work.request = request.told if request else None
            result = self._carry_out(work, command)
            if request is not None:
                request.keep(work, result)
            work.connection.commit()
            work.committed()
        return result

    def _carry_out(self, work: UnitOfWork, command: Command[R]) -> R:
        result = handler_of(command)(work, command)
        deliver(work)
        return result

    def preview(self, command: Command[Any]) -> Preview:
        """Tell what a move would do: it is carried out by the same handler, and nothing is kept."""
        try:
            with self._transaction(command) as work:
                return foresee(work, command)
        except IntegrityError as error:
            raise Conflict from error

    def rehearse(self, command: MigrateProcess | MoveProcess) -> Rehearsal:
        """Migrate or move a case and play it to its end, and keep nothing of it."""
        with self._transaction(command) as work:
            return rehearse(work, command)

    @contextmanager
    def _transaction(self, command: Command[Any]) -> Iterator[UnitOfWork]:
        write = self.database.write(beside_others=command.beside_others)
        with write as connection, self._work(connection, command) as work:
            try:
                yield work
            finally:
                work.release()

    @contextmanager
    def _work(self, connection: Connection, command: Command[Any]) -> Iterator[UnitOfWork]:
        now = self.clock.now()
        with feel.clock(now.astimezone(LOCAL_ZONE)):
            try:
                yield UnitOfWork(
                    connection=connection, now=now, actor=command.actor, tools=self.tools, seed=secrets.token_hex(16)
                )
            except feel.FeelError as fault:
                raise NotComputable(f"表达式无法计算：{fault}，请联系流程设计员。") from fault
