"""Rows as a command has left them, for the outcome of its event: what is not about a case is compared with these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, select, type_coerce

from engine import values
from engine.history.digests import digest_of
from engine.model.base import Base, ProcessValue

#: told by their digests: secrets, what is personal, and what is large
_BY_DIGEST = frozenset(
    {("person", "password_hash"), ("person", "email"), ("policy_profile", "parameters"), ("diagram_draft", "content")}
)
#: columns that change without a command of record, or that other events tell
UNRECORDED: Mapping[str, frozenset[str]] = {
    "person": frozenset({"failed_logins", "locked_until"}),
    "attachment": frozenset({"instance_id"}),
}


def images(connection: Connection, *chosen: tuple[type[Base], ColumnElement[bool]]) -> dict[str, Any]:
    """The rows of some tables as they are now: table -> rows."""
    return {"rows": {model.__tablename__: _images(connection, model, which) for model, which in chosen}}


def _images(connection: Connection, model: type[Base], which: ColumnElement[bool]) -> list[dict[str, Any]]:
    table = model.__table__
    columns = [column for column in table.c if column.name not in UNRECORDED.get(model.__tablename__, ())]
    read = (
        type_coerce(column, LargeBinary).label(column.name) if isinstance(column.type, ProcessValue) else column
        for column in columns
    )
    rows = connection.execute(select(*read).where(which).order_by(*table.primary_key))
    return [{name: image(model.__tablename__, name, value) for name, value in row._mapping.items()} for row in rows]


def image(table: str, column: str, value: Any) -> Any:
    """A column's value as events tell it."""
    if (table, column) in _BY_DIGEST and value is not None:
        return digest_of(value if isinstance(value, bytes) else str(value).encode())
    return values.loads(value) if isinstance(value, bytes) else value
