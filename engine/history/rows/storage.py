"""Whether values are kept in the form in which they are written: SQLite keeps in any column whatever it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, func, not_, or_, select, type_coerce
from sqlalchemy.types import (
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    NullType,
    String,
    TypeDecorator,
    TypeEngine,
)

from engine import values
from engine.history.findings import Finding, Kind
from engine.history.rows.words import TABLES, column_name
from engine.model.base import Base

#: what follows the seconds of an instant
_MICROSECONDS = "." + "[0-9]" * 6
#: makes SQLite count days, so that the 31st of February becomes another date
_AS_IT_IS = "+0 days"
#: process values that other checks compare by what they say
_READ = (("answered_request", "answer"), ("payment", "computation"))


def check_storage(connection: Connection) -> Iterator[Finding]:
    """Values of another kind than their column's, and dates that are none or are spelled differently.

    PostgreSQL takes no such value. Process values that other checks compare in their bytes are left to those.
    """
    if connection.dialect.name == "sqlite":
        for table in Base.metadata.sorted_tables:
            yield from _check(connection, table)
    for name, column in _READ:
        yield from _check_values(connection, Base.metadata.tables[name], column)


def _check_values(connection: Connection, table: Table, name: str) -> Iterator[Finding]:
    """Bytes that say the same in another way, or twice, may be read otherwise by others."""
    keys = [column.label(f"key_{column.name}") for column in table.primary_key]
    content = type_coerce(table.c[name], LargeBinary)
    for *key, raw in connection.execute(select(*keys, content).where(content.is_not(None))):
        if not _is_canonical(raw):
            yield _finding(table, " ".join(str(part) for part in key), str(key[0]), name)


def _is_canonical(raw: object) -> bool:
    # Another kind of value has been told already.
    if not isinstance(raw, bytes):
        return True
    try:
        return values.dumps(values.loads(raw)) == raw
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        return False


def _check(connection: Connection, table: Table) -> Iterator[Finding]:
    wrong = {column.name: not_(_is_well_kept(column)) for column in table.c}
    keys = [type_coerce(column, NullType()).label(f"key_{column.name}") for column in table.primary_key]
    flags = [condition.label(f"is_{name}") for name, condition in wrong.items()]
    for row in connection.execute(select(*keys, *flags).where(or_(*wrong.values()))):
        key = " ".join(str(part) for part in row[: len(keys)])
        for name in wrong:
            if getattr(row, f"is_{name}"):
                yield _finding(table, key, str(row[0]), name)


def _finding(table: Table, key: str, place: str, column: str) -> Finding:
    named = f"{TABLES.get(table.name, table.name)}（{table.name} {key}）的{column_name(column)}"
    message = f"{named}被改动：不是系统写入的形式，无法读取或者会被误读。"
    return Finding(kind=Kind.ROW, place=place, table=table.name, column=column, message=message)


def _is_well_kept(column: Column[object]) -> ColumnElement[bool]:
    raw: ColumnElement[Any] = type_coerce(column, NullType())
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    check = next(check for type_, check in _CHECKS.items() if isinstance(kind, type_))
    return or_(raw.is_(None), check(raw))


def _is_of(*kinds: str) -> Callable[[ColumnElement[Any]], ColumnElement[bool]]:
    return lambda raw: func.typeof(raw).in_(kinds)


def _is_date(raw: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(func.date(raw, _AS_IT_IS), "") == raw


def _is_instant(raw: ColumnElement[Any]) -> ColumnElement[bool]:
    seconds = func.coalesce(func.strftime("%Y-%m-%d %H:%M:%S", raw, _AS_IT_IS), "")
    rest = type_coerce(func.substr(raw, 20), String())
    return (seconds == func.substr(raw, 1, 19)) & rest.op("GLOB")(_MICROSECONDS)


def _is_yes_or_no(raw: ColumnElement[Any]) -> ColumnElement[bool]:
    return (func.typeof(raw) == "integer") & raw.in_((0, 1))


#: the more special type first
_CHECKS: Mapping[type[TypeEngine[Any]], Callable[[ColumnElement[Any]], ColumnElement[bool]]] = {
    Boolean: _is_yes_or_no,
    DateTime: _is_instant,
    Date: _is_date,
    Integer: _is_of("integer"),
    Float: _is_of("real", "integer"),
    LargeBinary: _is_of("blob"),
    String: _is_of("text"),
}
