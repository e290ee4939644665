"""A checkpoint now and then, so that what nobody has copied yet is not out of sight for long."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from engine.commands import SYSTEM, MakeCheckpoint
from engine.model import Checkpoint, HistoryEvent
from engine.process_engine import ProcessEngine


def make_due_checkpoint(engine: ProcessEngine, every: timedelta) -> bool:
    """Make one when the last is old enough and something has happened since; tells whether it did."""
    now = engine.clock.now()
    with engine.database.read() as connection:
        last = connection.scalar(select(func.max(Checkpoint.made_at)))
        newest = connection.scalar(select(func.max(HistoryEvent.at)).where(HistoryEvent.stream != "checkpoints"))
    if newest is None or (last is not None and (now - last < every or newest <= last)):
        return False
    engine.execute(MakeCheckpoint(actor=SYSTEM))
    return True
