"""Outside work that cases have asked for: what a service task waits for, and what a case has to deliver in order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, ProcessValue, UtcDateTime


class CallStatus(StrEnum):
    """Where a call stands."""

    #: to be performed, tried again, or being performed
    OPEN = "open"
    #: tried often enough or hopeless; an administrator decides
    FAILED = "failed"
    #: the answer came while the case was suspended, and is taken up when it goes on
    KEPT = "kept"
    #: done, or refused by the business
    ANSWERED = "answered"
    #: an administrator went on without it
    RESOLVED = "resolved"
    #: the case does not wait for it any more
    WITHDRAWN = "withdrawn"


#: a call that has not come to its end
PENDING_CALLS = (CallStatus.OPEN, CallStatus.KEPT, CallStatus.FAILED)


class ConnectorCall(Base):
    """One call of a remote connector or an external worker. Its id is the receiver's idempotency key."""

    __tablename__ = "connector_call"
    __table_args__ = (
        Index("ix_connector_call_order", "instance_id", "seq", "ordinal", unique=True),
        Index("ix_connector_call_due", "status", "next_at"),
        Index("ix_connector_call_topic", "topic", "status", "asked_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[str] = mapped_column(Id, ForeignKey("process_instance.id"))
    #: the history event that has asked for it, and its place among the calls of that event
    seq: Mapped[int]
    ordinal: Mapped[int]
    #: what the case waits for; None: it has gone on, the call is delivered in the order of the case
    wait_id: Mapped[str | None] = mapped_column(String(160))
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    connector: Mapped[str] = mapped_column(String(120))
    #: what external workers ask for; None: we perform it ourselves
    topic: Mapped[str | None] = mapped_column(String(120))
    inputs: Mapped[Any] = mapped_column(ProcessValue)
    status: Mapped[str] = mapped_column(String(16))
    #: tries that went wrong since it was asked for or an administrator had it tried again
    attempts: Mapped[int]
    #: not to be tried before; None when it is not to be tried
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: who works on it, and until when nobody else may
    worker: Mapped[str | None] = mapped_column(String(160))
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: what went wrong the last time
    error: Mapped[str | None] = mapped_column(Text)
    #: what came while the case was suspended or with what it could not go on, to be taken up later
    kept_answer: Mapped[Any] = mapped_column(ProcessValue)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
