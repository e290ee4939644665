"""Where cases have stopped, and what was done about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, UtcDateTime


class Resolution(StrEnum):
    """How an incident came to its end."""

    #: done again, and it went well
    RETRIED = "retried"
    #: settled otherwise by an administrator
    RESOLVED = "resolved"
    #: the case went another way or ended
    WITHDRAWN = "withdrawn"


class Incident(Base):
    """An error that no event of the diagram catches; its token waits for an administrator."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "closed_at", "opened_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[str] = mapped_column(Id, ForeignKey("process_instance.id"), index=True)
    token_id: Mapped[str] = mapped_column(String(64))
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    #: of the error
    code: Mapped[str] = mapped_column(String(120))
    message: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_seq: Mapped[int]
    #: how often it was tried
    attempts: Mapped[int]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(Id)
    resolution: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
