"""The one gate: a command goes in, one transaction happens, a typed result comes out."""

from __future__ import annotations

import secrets
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from engine import feel
from engine.clock import LOCAL_ZONE, Clock
from engine.commands import Command
from engine.errors import Conflict, NotComputable
from engine.handlers import handler_of
from engine.store.database import Database
from engine.unit_of_work import Tools, UnitOfWork

R = TypeVar("R")


class ProcessEngine:
    """Executes commands. This is the only place in the code that commits."""

    def __init__(self, *, database: Database, clock: Clock, tools: Tools) -> None:
        self.database = database
        self.clock = clock
        self.tools = tools

    def execute(self, command: Command[R]) -> R:
        """Carry a command out completely, or raise and change nothing."""
        handle = handler_of(command)
        now = self.clock.now()
        with self.database.write() as connection, feel.clock(now.astimezone(LOCAL_ZONE)):
            work = UnitOfWork(
                connection=connection,
                now=now,
                actor=command.actor,
                tools=self.tools,
                seed=secrets.token_hex(16),
            )
            try:
                result = handle(work, command)
            except IntegrityError as error:
                raise Conflict from error
            except feel.FeelError as fault:
                raise NotComputable(f"表达式无法计算：{fault}，请联系流程设计员。") from fault
            connection.commit()
        return result
