"""One view of the database for several processes: what one of them reads belongs to what the others read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from engine.store.database import Database

#: reading anything is what begins a view
_BEGIN = text("SELECT count(*) FROM history_stream")


@contextmanager
def shared_view(database: Database, join: Callable[[str], None]) -> Iterator[Connection]:
    """A view that others share: `join` has them open theirs by `joined_view`, and returns when they have done so."""
    if database.url.get_backend_name() == "sqlite":
        # SQLite has no name for a view; they are the same when nobody can write while they are begun.
        with database.read() as connection:
            with database.write() as lock:
                lock.execute(_BEGIN)
                join("")
                connection.execute(_BEGIN)
            yield connection
        return
    with database.read() as connection:
        join(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        yield connection


@contextmanager
def joined_view(database: Database, name: str) -> Iterator[Connection]:
    """The view that another process shares."""
    with database.read() as connection:
        if name:
            connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{name}'")
        connection.execute(_BEGIN)
        yield connection
