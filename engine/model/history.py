"""What happened: one event for every command, each standing on the one before it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, UtcDateTime


class HistoryEvent(Base):
    """One command as it was carried out. Columns match XES: case, activity, timestamp, resource, transition.

    The payload is the event; the other columns repeat parts of it to search by and are checked against it.
    """

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
    #: canonical bytes: complete input, outcome, seed, and the digest of the event before
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    #: of the payload, by the hash function that the payload names
    digest: Mapped[str] = mapped_column(Digest)


class HistoryStream(Base):
    """The end of a chain that is not a case's; a case keeps its own end in its row."""

    __tablename__ = "history_stream"

    stream: Mapped[str] = mapped_column(String(120), primary_key=True)
    seq: Mapped[int]
    head: Mapped[str] = mapped_column(Digest)


class LogEntry(Base):
    """A line of the append-only log that checkpoints are computed over: the end of a chain, or a content's digest."""

    __tablename__ = "history_log"
    __table_args__ = (Index("ix_history_log_key", "kind", "key"),)

    #: counted from 0 without gaps
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: stream, attachment, blob or bundle
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(120))
    #: of a stream: the number of its last event
    seq: Mapped[int]
    digest: Mapped[str] = mapped_column(Digest)


class Checkpoint(Base):
    """A signed statement about the log up to a size; worth most when a copy is kept elsewhere."""

    __tablename__ = "checkpoint"

    #: counted from 1
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: what was signed, as people read and print it
    text: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(200))
