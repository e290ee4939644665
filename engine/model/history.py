"""What happened: one event for every command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, ProcessValue, UtcDateTime


class HistoryEvent(Base):
    """One command as it was carried out. Columns match XES: case, activity, timestamp, resource, transition."""

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_actor", "actor_id", "at"),)

    #: the case's id, or the noun and key of what else was changed
    stream: Mapped[str] = mapped_column(String(120), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str] = mapped_column(Id)
    on_behalf_of: Mapped[str | None] = mapped_column(Id)
    task_id: Mapped[str | None] = mapped_column(Id)
    activity_id: Mapped[str | None] = mapped_column(String(120))
    activity_name: Mapped[str | None] = mapped_column(String(120))
    #: the complete input of the command
    input: Mapped[Any] = mapped_column(ProcessValue)
    #: tokens moved, gateway decisions, tasks opened and closed, timers set
    outcome: Mapped[Any] = mapped_column(ProcessValue)
