"""The statements of a transaction, recorded while the engine works and executed again without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from engine.store.database import Database


@dataclass
class Transaction:
    """One completion as the database saw it."""

    #: SQLAlchemy Core constructs with their parameters
    core: list[tuple[Any, Any]] = field(default_factory=list)
    #: what reached the driver: text, parameters, whether many sets of them
    driver: list[tuple[str, Any, bool]] = field(default_factory=list)

    def replay(self, database: Database) -> None:
        """The same statements through Core, in one transaction with one commit."""
        with database.write() as connection:
            for statement, parameters in self.core:
                result = connection.execute(statement, parameters)
                if result.returns_rows:
                    result.all()
            connection.commit()

    def replay_on_driver(self, connection: sqlite3.Connection) -> None:
        """The same statements with nothing but the driver."""
        connection.execute("BEGIN IMMEDIATE")
        for text, parameters, many in self.driver:
            cursor = connection.executemany(text, parameters) if many else connection.execute(text, parameters)
            if cursor.description is not None:
                cursor.fetchall()
        connection.execute("COMMIT")


@contextmanager
def recording(database: Database) -> Iterator[Transaction]:
    """Record what is executed in the block."""
    transaction = Transaction()

    def on_core(_: Connection, statement: Any, many: Any, parameters: Any, __: Any) -> None:
        if not isinstance(statement, str):
            transaction.core.append((statement, list(many) or dict(parameters)))

    def on_driver(_: Connection, __: Any, text: str, parameters: Any, ___: Any, many: bool) -> None:
        if not text.startswith("BEGIN"):
            transaction.driver.append((text, parameters, many))

    event.listen(database.engine, "before_execute", on_core)
    event.listen(database.engine, "before_cursor_execute", on_driver)
    try:
        yield transaction
    finally:
        event.remove(database.engine, "before_execute", on_core)
        event.remove(database.engine, "before_cursor_execute", on_driver)
