"""Rows as typed records. They belong to no session: changing one changes nothing in the database."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.model.base import Base

Record = TypeVar("Record", bound=Base)
Order = ColumnElement[Any] | InstrumentedAttribute[Any]


def first(
    connection: Connection, model: type[Record], *where: ColumnElement[bool], lock: bool = False
) -> Record | None:
    """The only row that meets the conditions. `lock` keeps others from changing it meanwhile."""
    statement = select(model.__table__).where(*where)
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else model(**row)


def every(
    connection: Connection, model: type[Record], *where: ColumnElement[bool], order: tuple[Order, ...] = ()
) -> tuple[Record, ...]:
    """All rows that meet the conditions."""
    rows = connection.execute(select(model.__table__).where(*where).order_by(*order)).mappings()
    return tuple(model(**row) for row in rows)
