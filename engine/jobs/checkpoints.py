"""A checkpoint now and then, so that what nobody has copied yet is not out of sight for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from engine.commands import SYSTEM, MakeCheckpoint
from engine.model import Checkpoint, HistoryEvent
from engine.process_engine import ProcessEngine


def checkpoint_is_due(connection: Connection, now: datetime, every: timedelta) -> bool:
    """Whether the last one is old enough and something has happened since."""
    last = connection.scalar(select(func.max(Checkpoint.made_at)))
    if last is not None and now - last < every:
        return False
    news = select(HistoryEvent.seq).where(HistoryEvent.stream != "checkpoints").limit(1)
    return connection.scalar(news if last is None else news.where(HistoryEvent.at > last)) is not None


def make_due_checkpoint(engine: ProcessEngine, every: timedelta) -> bool:
    """Make one if it is due; tells whether it did."""
    with engine.database.read() as connection:
        if not checkpoint_is_due(connection, engine.clock.now(), every):
            return False
    engine.execute(MakeCheckpoint(actor=SYSTEM))
    return True
