"""What persons are told: made by a worker, read on a page, mailed where the person has an address."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, UtcDateTime


class NotificationKind(StrEnum):
    """What is told."""

    #: a task for the person is due before long
    DUE_SOON = "due_soon"
    #: it is late
    OVERDUE = "overdue"
    #: a case that the person started was sent back
    RETURNED = "returned"
    #: it has ended
    ENDED = "ended"


_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_at IS NOT NULL")


class Notification(Base):
    """One thing told to one person, once."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject_id", name="uq_notification_person_id"),
        Index("ix_notification_list", "person_id", "made_at"),
        Index("ix_notification_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notification_mail", "mail_at", sqlite_where=_TO_MAIL, postgresql_where=_TO_MAIL),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))
    #: the task that is due or has sent the case back, or the case that has ended
    subject_id: Mapped[str] = mapped_column(Id)
    instance_id: Mapped[str] = mapped_column(Id, ForeignKey("process_instance.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it is to be mailed; none where it is not, or was
    mail_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: why it could not be mailed
    mail_error: Mapped[str | None] = mapped_column(Text)


class NotificationStart(Base):
    """Since when persons are told anything: what lies before is told to nobody. One row."""

    __tablename__ = "notification_start"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
