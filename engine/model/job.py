"""The embedded queue: jobs that wait for a worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, UtcDateTime


class QueuedJob(Base):
    """A job that is not done yet. It is no record: what is to be done can be told from other rows (the sweep)."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "due_at", "id"), Index("ix_job_subject", "kind", "subject"))

    #: counted by the database, so that of two jobs due at once the older comes first
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: how often it has failed
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: who is at it; none where it waits, after a failure too
    worker: Mapped[str | None] = mapped_column(String(64))
    #: seconds since 1970 by the database's own clock, until when nobody else takes it
    held_until: Mapped[float | None] = mapped_column(Float(53))
    #: the kind of its last error, without what the error says
    error: Mapped[str | None] = mapped_column(Text)
