"""What persons are to be told and have not been told yet, found in the rows of tasks and cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)

from engine.calendar import due_at
from engine.clock import local_date
from engine.model import InstanceStatus, Person, Position, ProcessInstance, TaskStatus, UserTask
from engine.model.instance import CORRECTED
from engine.model.notification import Notification, NotificationKind, NotificationStart

#: What has happened longer ago is told to nobody: whoever asks daily for so long has been told.
LOOK_BACK = timedelta(days=30)
#: How long a mail is one worker's; one that has died holds it up for so long.
MAIL_LEASE = timedelta(minutes=5)


def began_at(connection: Connection, now: datetime) -> datetime | None:
    """Since when persons are told; None where that has not begun, or the clock was ahead when it did."""
    began = connection.scalar(select(NotificationStart.began_at))
    return None if began is None or began > now else began


def is_due(connection: Connection, now: datetime, days: int) -> bool:
    """Whether somebody is to be told something now, or the telling has to begin."""
    began = began_at(connection, now)
    return began is None or connection.execute(due_notifications(now, began, days).limit(1)).first() is not None


def due_notifications(now: datetime, began: datetime, days: int) -> Select[*tuple[Any, ...]]:
    """Who is to be told what: person and their address, kind, subject and case."""
    found = union_all(*_tasks(now, began, days), _returned(now, began), _ended(now, began)).subquery()
    told = exists().where(
        Notification.person_id == found.c.person_id,
        Notification.kind == found.c.kind,
        Notification.subject_id == found.c.subject_id,
    )
    return (
        select(found, Person.email)
        .join(Person, Person.id == found.c.person_id)
        .where(Person.disabled.is_(False), ~told)
        .distinct()
        .order_by(found.c.person_id, found.c.kind, found.c.subject_id)
    )


def due_mail(now: datetime) -> Select[*tuple[Any, ...]]:
    """Persons to whom something is to be mailed; for the sweep."""
    return (
        select(Notification.person_id.label("subject"), func.min(Notification.mail_at).label("due_at"))
        .where(is_mail_due(now))
        .group_by(Notification.person_id)
    )


def is_mail_due(now: datetime) -> ColumnElement[bool]:
    """No mail is taken for longer than the lease; what says so was written before the clock was set back.

    Twice as long, for the clocks of two machines may differ a little.
    """
    return and_(
        Notification.mail_at.is_not(None),
        or_(Notification.mail_at <= now, Notification.mail_at > now + 2 * MAIL_LEASE),
    )


def _tasks(now: datetime, began: datetime, days: int) -> list[Select[*tuple[Any, ...]]]:
    """Open tasks that are due: for whoever has taken them, otherwise for those whose position they are for."""
    kind = case((UserTask.due_at < now, NotificationKind.OVERDUE.value), else_=NotificationKind.DUE_SOON.value)
    due = (
        UserTask.status == TaskStatus.CREATED,
        UserTask.due_at <= due_at(now, days),
        UserTask.due_at >= began,
        ProcessInstance.status != InstanceStatus.SUSPENDED,
    )
    today = local_date(now)
    holder = and_(
        Position.role == UserTask.role,
        Position.unit_code == UserTask.unit_code,
        or_(Position.valid_from.is_(None), Position.valid_from <= today),
        or_(Position.valid_to.is_(None), Position.valid_to >= today),
    )
    case_of = ProcessInstance.id == UserTask.instance_id
    told = (kind.label("kind"), UserTask.id.label("subject_id"), UserTask.instance_id)
    taken = select(UserTask.assignee_id.label("person_id"), *told).join(ProcessInstance, case_of)
    free = select(Position.person_id, *told).select_from(UserTask).join(ProcessInstance, case_of).join(Position, holder)
    return [taken.where(*due, UserTask.assignee_id.is_not(None)), free.where(*due, UserTask.assignee_id.is_(None))]


def _returned(now: datetime, began: datetime) -> Select[*tuple[Any, ...]]:
    """Cases that somebody else than their starter has sent back."""
    return (
        select(
            ProcessInstance.started_by.label("person_id"),
            literal(NotificationKind.RETURNED.value).label("kind"),
            UserTask.id.label("subject_id"),
            UserTask.instance_id,
        )
        .select_from(UserTask)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            text(f"user_task.{CORRECTED}"),
            UserTask.completed_at >= max(began, now - LOOK_BACK),
            UserTask.completed_by != ProcessInstance.started_by,
        )
    )


def _ended(now: datetime, began: datetime) -> Select[*tuple[Any, ...]]:
    return select(
        ProcessInstance.started_by.label("person_id"),
        literal(NotificationKind.ENDED.value).label("kind"),
        ProcessInstance.id.label("subject_id"),
        ProcessInstance.id.label("instance_id"),
    ).where(ProcessInstance.ended_at >= max(began, now - LOOK_BACK))
