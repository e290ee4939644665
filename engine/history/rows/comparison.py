"""Rows as they are stored against rows as they must be: what is missing, what is there besides, what is different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import FromClause, LargeBinary, Select, select, type_coerce

from engine.history.findings import Finding, Kind
from engine.history.rows.expected import Issued, Row
from engine.history.rows.words import TABLES, column_name
from engine.model.base import ProcessValue
from engine.rows import AnyRow

_LONGEST = 120


def stored(table: FromClause) -> Select[Any]:
    """All columns as they are kept: process values in their bytes, which is how they are compared."""
    return select(
        *(
            type_coerce(column, LargeBinary).label(column.name) if isinstance(column.type, ProcessValue) else column
            for column in table.c
        )
    )


class Comparison:
    """Compares the rows of one table."""

    def __init__(self, table: str, kind: Kind, key: Sequence[str]) -> None:
        self._table = table
        self._kind = kind
        self._key = tuple(key)

    def check(self, expected: Iterable[Row], rows: Iterable[AnyRow], *, place: str = "") -> Iterator[Finding]:
        """Every row on either side; `place` is the stream, where the rows do not tell it."""
        wanted = {tuple(row.values[name] for name in self._key): row for row in expected}
        for row in rows:
            told = wanted.pop(tuple(getattr(row, name) for name in self._key), None)
            if told is None:
                yield self._found(place, row, "不是历史里产生的记录。")
            else:
                yield from self._compare(told, row, place)
        for key, told in wanted.items():
            message = f"{self._named(key)}已经缺失：历史第 {told.seq} 条产生了它。"
            yield Finding(kind=self._kind, place=told.stream or place, seq=told.seq, table=self._table, message=message)

    def _compare(self, told: Row, row: AnyRow, place: str) -> Iterator[Finding]:
        for column, wanted in told.values.items():
            found = getattr(row, column)
            if wanted != found and not (found is None and wanted == b"null"):
                seq = told.since.get(column, told.seq)
                yield Finding(
                    kind=self._kind,
                    place=told.stream or place,
                    seq=seq,
                    table=self._table,
                    column=column,
                    message=(
                        f"{self._named(self._key_of(row))}的{column_name(column)}被改动："
                        f"按历史（第 {seq} 条起）应为 {show(wanted)}，实为 {show(found)}。"
                    ),
                )

    def _found(self, place: str, row: AnyRow, what: str) -> Finding:
        message = f"{self._named(self._key_of(row))}{what}"
        return Finding(kind=self._kind, place=place, table=self._table, message=message)

    def _key_of(self, row: AnyRow) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self._key)

    def _named(self, key: tuple[Any, ...]) -> str:
        name = TABLES.get(self._table, self._table)
        return f"{name}（{self._table} {' '.join(str(part) for part in key)}）"


def show(value: Any) -> str:
    """A value for people, cut where it is long."""
    if value is None:
        return "空"
    if isinstance(value, bytes):
        value = _text(value)
    if isinstance(value, Issued):
        return str(value)
    text = value if isinstance(value, str) else str(value)
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "……"
    return f"“{shown}”"


def _text(value: bytes) -> str:
    try:
        return orjson.dumps(orjson.loads(value)).decode()
    except ValueError:
        return f"{len(value)} 字节 {value[:24].hex()}"
