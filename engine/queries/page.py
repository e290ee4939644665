"""A page of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, func, select

from engine.rows import AnySelect

Item = TypeVar("Item")
PAGE_SIZE = 20


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """Some of many items, and how many there are."""

    items: Sequence[Item]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def page_of(connection: Connection, statement: AnySelect, number: int, size: int = PAGE_SIZE) -> tuple[Any, int]:
    """The rows of one page (pages count from 1) and the number of all rows."""
    total = connection.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = connection.execute(statement.limit(size).offset((max(number, 1) - 1) * size)).all()
    return rows, total
