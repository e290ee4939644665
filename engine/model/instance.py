"""A running case: the process instance, its user tasks, and the events it waits for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, ProcessValue, UnitCode, UtcDateTime


class InstanceStatus(StrEnum):
    """Where a process instance stands."""

    ACTIVE = "active"
    #: stopped by an administrator: nobody acts and no timer fires until it is resumed
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"


#: a case that has not ended
RUNNING = (InstanceStatus.ACTIVE, InstanceStatus.SUSPENDED)


class TaskStatus(StrEnum):
    """Where a user task stands; being assigned is an attribute, not a state."""

    #: an added signer's task that opens when the owner has submitted
    PLANNED = "planned"
    CREATED = "created"
    #: its owner has done it, added signers have not signed yet; the token has not moved
    SUBMITTED = "submitted"
    COMPLETED = "completed"
    CANCELED = "canceled"


#: a task whose token has not moved on
PENDING = (TaskStatus.PLANNED, TaskStatus.CREATED, TaskStatus.SUBMITTED)


class Signing(StrEnum):
    """Why a task was added to another person's task (加签, 委派)."""

    #: the owner completes after them
    BEFORE = "before"
    #: beside the owner; the token moves on when all have signed
    PARALLEL = "parallel"
    #: after the owner; what the owner has submitted is kept meanwhile
    AFTER = "after"
    #: works on the task for the owner, and gives it back with an opinion
    DELEGATED = "delegated"


#: the few tasks that were added to others
_ADDED = text("parent_id IS NOT NULL")
_ON_BEHALF = text("on_behalf_of IS NOT NULL")
_ENDED = text("ended_at IS NOT NULL")
#: what sends a case back (`engine.cases.deadlines`), in the words of an index
CORRECTED = "outcome IN ('return_for_correction', 'returned')"


class ProcessInstance(Base):
    """A case (办件). `revision` decides who wins when two people act at once; it is the number of its last event."""

    __tablename__ = "process_instance"
    __table_args__ = (Index("ix_process_instance_ended", "ended_at", sqlite_where=_ENDED, postgresql_where=_ENDED),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    definition_id: Mapped[str] = mapped_column(Id, ForeignKey("process_definition.id"), index=True)
    bundle_digest: Mapped[str] = mapped_column(Digest, ForeignKey("bundle.digest"))
    policy_id: Mapped[str | None] = mapped_column(Id)
    region_code: Mapped[str] = mapped_column(UnitCode, index=True)
    project_id: Mapped[str | None] = mapped_column(Id, index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    revision: Mapped[int]
    #: the digest of its last history event
    head: Mapped[str | None] = mapped_column(Digest)
    #: of the facts that were last written into its history
    facts_digest: Mapped[str | None] = mapped_column(Digest)
    tokens: Mapped[bytes] = mapped_column(LargeBinary)
    variables: Mapped[bytes] = mapped_column(LargeBinary)
    started_by: Mapped[str] = mapped_column(Id, index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: how it ended, in the words of the end event or of the withdrawal
    result: Mapped[str | None] = mapped_column(String(120))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserTask(Base):
    """A step that waits for a person: role x organisation unit."""

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_inbox", "status", "role", "unit_code", "due_at", "opened_at", "id", "assignee_id"),
        Index("ix_user_task_done", "completed_by", "completed_at"),
        Index("ix_user_task_opened", "instance_id", "opened_seq", "completed_by"),
        Index("ix_user_task_acts", "instance_id", "completed_by", "role"),
        Index(
            "ix_user_task_acts_for",
            *("instance_id", "on_behalf_of", "role"),
            sqlite_where=_ON_BEHALF,
            postgresql_where=_ON_BEHALF,
        ),
        Index(
            "ix_user_task_corrected",
            "completed_at",
            sqlite_where=text(CORRECTED),
            postgresql_where=text(CORRECTED),
        ),
        Index("ix_user_task_signer", "assignee_id", "status", sqlite_where=_ADDED, postgresql_where=_ADDED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[str] = mapped_column(Id, ForeignKey("process_instance.id"))
    token_id: Mapped[str] = mapped_column(String(64))
    activity_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str | None] = mapped_column(String(40))
    unit_code: Mapped[str | None] = mapped_column(UnitCode)
    status: Mapped[str] = mapped_column(String(16))
    assignee_id: Mapped[str | None] = mapped_column(Id)
    #: the history event that opened it; instances of one multi-instance activation share it
    opened_seq: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: working days it may take; what a correction has not used up carries over
    allowance: Mapped[int | None]
    form_digest: Mapped[str | None] = mapped_column(Digest)
    #: values the system computed for the form, and the multi-instance element
    inputs: Mapped[Any] = mapped_column(ProcessValue)
    item: Mapped[Any] = mapped_column(ProcessValue)
    #: what was submitted, as it was
    submission: Mapped[Any] = mapped_column(ProcessValue)
    outcome: Mapped[str | None] = mapped_column(String(40))
    outcome_label: Mapped[str | None] = mapped_column(String(60))
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by: Mapped[str | None] = mapped_column(Id)
    on_behalf_of: Mapped[str | None] = mapped_column(Id)
    #: how many persons were ever added to it; a task without any need not look for them
    signers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: of an added signer's task: the task it was added to, and why
    parent_id: Mapped[str | None] = mapped_column(Id)
    signing: Mapped[str | None] = mapped_column(String(16))


class EventSubscription(Base):
    """A timer that is due one day, or a message a case waits for."""

    __tablename__ = "event_subscription"
    __table_args__ = (
        Index("ix_event_subscription_due", "kind", "due_at"),
        Index("ix_event_subscription_name", "kind", "name"),
    )

    instance_id: Mapped[str] = mapped_column(Id, ForeignKey("process_instance.id"), primary_key=True)
    wait_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    correlation: Mapped[Any] = mapped_column(ProcessValue)


#: what a case has waited for the longest comes first: ids are counted
WAIT_AGE = (func.length(EventSubscription.wait_id), EventSubscription.wait_id)


class KeptMessage(Base):
    """A message that nobody waits for yet, or a message or signal for a case that is suspended."""

    __tablename__ = "kept_message"
    __table_args__ = (Index("ix_kept_message_name", "kind", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    correlation: Mapped[Any] = mapped_column(ProcessValue)
    #: the values it carries and the element that has thrown it
    message: Mapped[Any] = mapped_column(ProcessValue)
    #: the suspended case that alone may have it
    instance_id: Mapped[str | None] = mapped_column(Id, ForeignKey("process_instance.id"))
    #: the case that has sent it
    source_id: Mapped[str | None] = mapped_column(Id, ForeignKey("process_instance.id"))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TaskDraft(Base):
    """What a person has typed but not yet submitted."""

    __tablename__ = "task_draft"

    task_id: Mapped[str] = mapped_column(Id, ForeignKey("user_task.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    submission: Mapped[Any] = mapped_column(ProcessValue)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Base):
    """An uploaded document. Its bytes are stored once, under their SHA-256."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(Digest, index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_by: Mapped[str] = mapped_column(Id)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: the case whose history first refers to it; until then only the uploader may read it
    instance_id: Mapped[str | None] = mapped_column(Id, ForeignKey("process_instance.id"), index=True)


class Serial(Base):
    """The last number given in a series, such as the cases of one county and year."""

    __tablename__ = "serial"

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    last: Mapped[int]
