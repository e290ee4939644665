"""The one gate: a command goes in, one transaction happens, a typed result comes out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

from engine import feel
from engine.clock import LOCAL_ZONE, Clock
from engine.commands import Command
from engine.errors import Conflict, NotComputable
from engine.foresight import foresee
from engine.handlers import handler_of
from engine.preview import Preview
from engine.store.database import Database, lost_race
from engine.unit_of_work import Tools, UnitOfWork

R = TypeVar("R")
#: Times a command is tried while others come first; each time one of them has succeeded.
ATTEMPTS = 10


class ProcessEngine:
    """Executes commands. This is the only place in the code that commits."""

    def __init__(self, *, database: Database, clock: Clock, tools: Tools) -> None:
        self.database = database
        self.clock = clock
        self.tools = tools

    def execute(self, command: Command[R]) -> R:
        """Carry a command out completely, or raise and change nothing."""
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(command)
            except DBAPIError as error:
                if not lost_race(error):
                    raise
        raise Conflict("同时办理的人太多，这次没有办成，请稍后再试。")

    def _attempt(self, command: Command[R]) -> R:
        with self._transaction(command) as work:
            result = handler_of(command)(work, command)
            work.connection.commit()
        return result

    def preview(self, command: Command[Any]) -> Preview:
        """Tell what a move would do: it is carried out by the same handler, and nothing is kept."""
        with self._transaction(command) as work:
            return foresee(work, command)

    @contextmanager
    def _transaction(self, command: Command[Any]) -> Iterator[UnitOfWork]:
        now = self.clock.now()
        with self.database.write() as connection, feel.clock(now.astimezone(LOCAL_ZONE)):
            try:
                yield UnitOfWork(
                    connection=connection, now=now, actor=command.actor, tools=self.tools, seed=secrets.token_hex(16)
                )
            except IntegrityError as error:
                raise Conflict from error
            except feel.FeelError as fault:
                raise NotComputable(f"表达式无法计算：{fault}，请联系流程设计员。") from fault
