"""What a person was told, as far as the person may still read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from engine.model import Person, ProcessInstance, TaskStatus, UserTask
from engine.model.notification import Notification, NotificationKind
from engine.queries.page import Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow

#: the task it is about, beside those that say who may read the case
_TASK = aliased(UserTask)
_OF_TASKS = (NotificationKind.DUE_SOON, NotificationKind.OVERDUE)


@dataclass(frozen=True, kw_only=True)
class NotificationLine:
    """A notification as a list shows it."""

    id: str
    kind: NotificationKind
    instance_id: str
    number: str
    title: str
    #: of what is due, or has sent the case back
    task_id: str | None
    task_name: str | None
    due_at: datetime | None
    #: how the case has ended
    result: str | None
    made_at: datetime
    read_at: datetime | None
    mailed_at: datetime | None
    mail_error: str | None
    #: the task is done, by whomever
    settled: bool

    @property
    def is_new(self) -> bool:
        """Whether it is to be read."""
        return self.read_at is None and not self.settled


def notifications_of(connection: Connection, viewer: Viewer, number: int = 1) -> Page[NotificationLine]:
    """The newest first."""
    statement = readable(viewer).order_by(Notification.made_at.desc(), Notification.id)
    rows, total = page_of(connection, statement, number)
    return Page(items=[line_of(row) for row in rows], total=total, number=number)


def unread_count(connection: Connection, viewer: Viewer) -> int:
    """How many are to be read: what was done meanwhile is news no longer."""
    if not connection.scalar(select(func.count()).where(*_unread(viewer.person_id))):
        return 0
    new = readable(viewer).where(*_unread(viewer.person_id), still_matters()).subquery()
    return connection.scalar(select(func.count()).select_from(new)) or 0


def email_of(connection: Connection, viewer: Viewer) -> str | None:
    """Where the person is written to."""
    address: str | None = connection.scalar(select(Person.email).where(Person.id == viewer.person_id))
    return address


def readable(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """What the person was told about cases that the person may read today."""
    return (
        select(
            Notification,
            *(ProcessInstance.number, ProcessInstance.title, ProcessInstance.result),
            *(_TASK.id.label("task_id"), _TASK.name.label("task_name"), _TASK.due_at),
            _TASK.status.label("task_status"),
        )
        .join(ProcessInstance, ProcessInstance.id == Notification.instance_id)
        .outerjoin(_TASK, _TASK.id == Notification.subject_id)
        .where(Notification.person_id == viewer.person_id, viewer.readable_condition())
    )


def still_matters() -> ColumnElement[bool]:
    """A task that is done need not be hurried."""
    return or_(Notification.kind.not_in(_OF_TASKS), _TASK.status == TaskStatus.CREATED)


def line_of(row: AnyRow) -> NotificationLine:
    """A row of `readable`."""
    kind = NotificationKind(row.kind)
    return NotificationLine(
        id=row.id,
        kind=kind,
        instance_id=row.instance_id,
        number=row.number,
        title=row.title,
        task_id=row.task_id,
        task_name=row.task_name,
        due_at=row.due_at,
        result=row.result,
        made_at=row.made_at,
        read_at=row.read_at,
        mailed_at=row.mailed_at,
        mail_error=row.mail_error,
        settled=kind in _OF_TASKS and row.task_status != TaskStatus.CREATED,
    )


def _unread(person_id: str) -> tuple[ColumnElement[bool], ...]:
    return (and_(Notification.person_id == person_id, Notification.read_at.is_(None)),)
