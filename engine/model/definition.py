"""What designers deploy: immutable, content-addressed, versioned (design decision 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, ProcessValue, UnitCode, UtcDateTime


class Blob(Base):
    """Bytes under their own SHA-256: diagrams, decision tables, forms."""

    __tablename__ = "blob"

    digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Deployment(Base):
    """One act of deploying one or more resources."""

    __tablename__ = "deployment"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deployed_by: Mapped[str] = mapped_column(Id)
    note: Mapped[str] = mapped_column(Text, default="")


class ProcessDefinition(Base):
    """One version of a process diagram."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version", name="uq_process_definition_key_version"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(Digest, ForeignKey("blob.digest"))
    deployment_id: Mapped[str] = mapped_column(Id, ForeignKey("deployment.id"))
    #: roles whose holders may start it, taken from its first user tasks
    start_roles: Mapped[Any] = mapped_column(ProcessValue)
    #: whether a case of it belongs to an approved project
    needs_project: Mapped[bool]


class StartSubscription(Base):
    """What starts a case of a process by itself: a timer, message or signal of its newest version."""

    __tablename__ = "start_subscription"
    __table_args__ = (
        Index("ix_start_subscription_due", "kind", "due_at"),
        Index("ix_start_subscription_name", "kind", "name"),
    )

    definition_id: Mapped[str] = mapped_column(Id, ForeignKey("process_definition.id"), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: of the process; a newer version replaces what an older one waited for
    key: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    #: of the message or signal
    name: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: of a cycle: further firings (none is for ever), months and seconds between two
    repetition: Mapped[Any] = mapped_column(ProcessValue)
    #: of a timer, as it was drawn; a newer version with the same rule goes on where the older one was
    rule: Mapped[str] = mapped_column(Text, default="")
    #: the level of the regions that each get a case; empty is one case for all
    regions: Mapped[str] = mapped_column(String(16), default="")
    #: whether its rule lists dates, so that each day is looked at
    daily: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScheduledStart(Base):
    """A case that a schedule owes a region for one of its dates; what was started is never started again."""

    __tablename__ = "scheduled_start"
    __table_args__ = (
        UniqueConstraint("key", "element_id", "region_code", "due_at", name="uq_scheduled_start_once"),
        Index("ix_scheduled_start_try_at", "try_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    element_id: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(UnitCode)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when to start it; none once that is done
    try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: why it could not be started
    error: Mapped[str | None] = mapped_column(Text)
    instance_id: Mapped[str | None] = mapped_column(Id)


class Resource(Base):
    """One version of a form or a decision table."""

    __tablename__ = "resource"

    #: form or decision
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(Digest, ForeignKey("blob.digest"))
    deployment_id: Mapped[str] = mapped_column(Id, ForeignKey("deployment.id"))


class Bundle(Base):
    """Everything a case is pinned to at its start: diagram, called diagrams, decisions and forms by digest."""

    __tablename__ = "bundle"

    digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    content: Mapped[Any] = mapped_column(ProcessValue)


class DiagramDraft(Base):
    """A designer's unfinished diagram; it never runs."""

    __tablename__ = "diagram_draft"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(Id)
