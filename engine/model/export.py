"""Files that auditors have asked for: made by a worker, and kept for some days."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, UtcDateTime


class ExportContent(StrEnum):
    """What is in the file."""

    XES = "xes"
    OCEL = "ocel"
    CSV = "csv"
    #: a zip of case bundles
    BUNDLES = "bundles"


class ExportStatus(StrEnum):
    """What has become of it."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    #: its file is deleted
    EXPIRED = "expired"


class Export(Base):
    """A file with what a selection of cases holds."""

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_asked_by", "asked_by", "asked_at"),
        Index("ix_export_status", "status", "kept_until"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    content: Mapped[str] = mapped_column(String(16))
    process_key: Mapped[str | None] = mapped_column(String(80))
    #: days on which the cases were started, both included
    since: Mapped[date | None]
    until: Mapped[date | None]
    #: the division digits of whoever asked, as they were then
    regions: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Id)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(16))
    #: how many cases are in it
    cases: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(Digest)
    size: Mapped[int | None] = mapped_column(BigInteger)
    #: why it could not be made
    error: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
