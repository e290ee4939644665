"""Requests that were answered, so that a repetition gets the same answer and has no second effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, ProcessValue, UtcDateTime


class AnsweredRequest(Base):
    """The answer to a command that came with an idempotency key."""

    __tablename__ = "answered_request"

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    #: SHA-256 of the command, so that a key is not used for another request
    fingerprint: Mapped[str] = mapped_column(Digest)
    answer: Mapped[Any] = mapped_column(ProcessValue)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
