"""Changes single values behind the engine's back, whatever their type, and takes the change back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    select,
    type_coerce,
    update,
)

from engine.history.findings import Finding
from engine.history.verification import verify
from engine.model.base import ProcessValue, UtcDateTime
from engine.process_engine import ProcessEngine

_DAY = date(2001, 2, 3)


class Tamperer:
    """Verifies an installation after each change to one of its values."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._engine = engine

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that is rolled back and cares for no foreign key."""
        with self._engine.database.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            else:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            try:
                yield connection
            finally:
                connection.rollback()
                if connection.dialect.name == "sqlite":
                    connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]

    def after(self, *statements: Any) -> list[Finding]:
        """What is found when somebody has executed these."""
        with self._writing() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, "nothing was changed"
            return verify(connection, self._engine.tools).findings

    def findings_of(self, column: Column[Any]) -> list[Finding] | None:
        """What is found when one value of a column is another; None where the table is empty."""
        table = column.table
        assert isinstance(table, Table)
        with self._engine.database.read() as connection:
            rows = connection.execute(select(*table.primary_key, _raw(column).label("value"))).all()
        if not rows:
            return None
        row = next((row for row in rows if row.value is not None), rows[0])
        key = [it == value for it, value in zip(table.primary_key, row, strict=False)]
        forged = _another(column, row.value)
        return self.after(update(table).where(*key).values({column: forged}))


def _raw(column: Column[Any]) -> Any:
    return type_coerce(column, LargeBinary) if isinstance(column.type, ProcessValue) else column


def _another(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if isinstance(kind, ProcessValue):
        return type_coerce(b'"forged"', LargeBinary)
    if isinstance(kind, UtcDateTime | DateTime):
        return (value or datetime.fromisoformat("2001-02-03T00:00:00+00:00")) + timedelta(seconds=1)
    if isinstance(kind, Date):
        return (value or _DAY) + timedelta(days=1)
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer | Float):
        return (value or 0) + 1000
    if isinstance(kind, LargeBinary):
        return (value or b"") + b"x"
    if not isinstance(value, str):
        return value + 1 if value is not None and not isinstance(value, str) else "x"
    return value[:-1] + ("0" if value[-1:] != "0" else "1")
