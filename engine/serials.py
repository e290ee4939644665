"""Numbers without gaps: each series counts from one, inside the transaction that uses the number."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, update

from engine.model import Serial

_RAISE = update(Serial).where(Serial.series == bindparam("of")).values(last=Serial.last + 1).returning(Serial.last)


def next_serial(connection: Connection, series: str) -> int:
    """The next number of a series."""
    number: int | None = connection.scalar(_RAISE, {"of": series})
    if number is None:
        connection.execute(insert(Serial).values(series=series, last=1))
        return 1
    return number
