"""Numbers without gaps: each series counts from one, inside the transaction that uses the number."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine.model import Serial


def next_serial(connection: Connection, series: str) -> int:
    """The next number of a series."""
    raised = connection.execute(update(Serial).where(Serial.series == series).values(last=Serial.last + 1))
    if raised.rowcount == 0:
        connection.execute(insert(Serial).values(series=series, last=1))
        return 1
    number: int = connection.execute(select(Serial.last).where(Serial.series == series)).scalar_one()
    return number
