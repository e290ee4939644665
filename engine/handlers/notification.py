"""Notifications: made and mailed by the system, read by persons. They are no acts, and no history tells them."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, insert, select, update

from engine.clock import local_date
from engine.commands import SYSTEM
from engine.connectors.letters import is_address
from engine.errors import Forbidden, Refused
from engine.history.images import images
from engine.jobs.queue import Job, JobKind
from engine.model import Person
from engine.model.notification import Notification, NotificationStart
from engine.notifications.commands import (
    ChangeEmail,
    MailRound,
    MakeNotifications,
    ReadNotifications,
    ReleaseMail,
    SettleMail,
    TakeMail,
)
from engine.notifications.due import MAIL_LEASE, due_notifications, is_mail_due
from engine.notifications.postman import can_mail, ensure_mailable
from engine.notifications.words import sentence
from engine.queries.notifications import line_of, readable, still_matters
from engine.queries.viewer import viewer_of
from engine.unit_of_work import UnitOfWork

#: How much is noted in one transaction.
MOST = 500


def make_notifications(work: UnitOfWork, command: MakeNotifications) -> int:
    """Note the first of what persons are to be told, and have it mailed to those who have an address."""
    _ensure_system(work)
    days = work.tools.notice_days
    if days is None:
        return 0
    began = _began(work)
    rows = work.connection.execute(due_notifications(work.now, began, days).limit(MOST)).all()
    mailable = cache(lambda address: can_mail(work.tools.connectors, address))
    new = [
        {
            "id": work.new_id(),
            "person_id": row.person_id,
            "kind": row.kind,
            "subject_id": row.subject_id,
            "instance_id": row.instance_id,
            "made_at": work.now,
            "mail_at": work.now if mailable(row.email) else None,
        }
        for row in rows
    ]
    if new:
        work.connection.execute(insert(Notification), new)
    persons = dict.fromkeys(row["person_id"] for row in new if row["mail_at"])
    work.put(*(Job(kind=JobKind.MAIL, subject=person, due_at=work.now) for person in persons))
    return len(new)


def _began(work: UnitOfWork) -> datetime:
    """Since when persons are told; whoever holds the row is the only one who notes anything."""
    found = work.connection.scalar(select(NotificationStart.began_at).with_for_update())
    if found is None:
        work.connection.execute(insert(NotificationStart).values(id=1, began_at=work.now))
    elif found > work.now:
        # It began by a clock that was ahead; from then on nobody would be told for as long.
        work.connection.execute(update(NotificationStart).values(began_at=work.now))
    return min(found or work.now, work.now)


def take_mail(work: UnitOfWork, command: TakeMail) -> MailRound | None:
    """What is still news to the person and may be read by them; the rest is not mailed."""
    _ensure_system(work)
    theirs = (Notification.person_id == command.person_id, is_mail_due(work.now))
    ids = work.connection.scalars(select(Notification.id).where(*theirs).with_for_update()).all()
    if not ids:
        return None
    viewer = viewer_of(work.connection, command.person_id, local_date(work.now))
    chosen = readable(viewer).where(Notification.id.in_(ids), Notification.read_at.is_(None), still_matters())
    lines = [line_of(row) for row in work.connection.execute(chosen.order_by(Notification.id))]
    address = work.connection.scalar(
        select(Person.email).where(Person.id == command.person_id, Person.disabled.is_(False))
    )
    if not lines or address is None:
        _mark(work, Notification.id.in_(ids), mail_at=None)
        return None
    taken = [line.id for line in lines]
    _mark(work, Notification.id.in_([id_ for id_ in ids if id_ not in taken]), mail_at=None)
    _mark(work, Notification.id.in_(taken), mail_at=work.now + MAIL_LEASE)
    return MailRound(
        notification_ids=tuple(taken),
        address=address,
        lines=tuple(f"{line.number} {sentence(line.kind, line.task_name, None)}" for line in lines),
        since=min(line.made_at for line in lines),
    )


def settle_mail(work: UnitOfWork, command: SettleMail) -> None:
    """The page tells whether something was mailed, and why not."""
    _ensure_system(work)
    sent_at = work.now if command.error is None else None
    these = Notification.id.in_(command.notification_ids)
    _mark(work, these, mail_at=None, mailed_at=sent_at, mail_error=command.error)


def release_mail(work: UnitOfWork, command: ReleaseMail) -> None:
    """The job that is tried again finds it."""
    _ensure_system(work)
    waits = Notification.mail_at.is_not(None)
    _mark(work, Notification.id.in_(command.notification_ids) & waits, mail_at=work.now)


def read_notifications(work: UnitOfWork, command: ReadNotifications) -> int:
    """Only one's own; what was read is not mailed any more."""
    mine = (Notification.person_id == work.actor.person_id) & Notification.read_at.is_(None)
    if command.notification_ids is not None:
        mine &= Notification.id.in_(command.notification_ids)
    return _mark(work, mine, read_at=work.now)


def change_email(work: UnitOfWork, command: ChangeEmail) -> None:
    """An address that this installation can write to; the history tells its digest."""
    if command.email is not None:
        if not is_address(command.email):
            raise Refused("这不是邮箱地址，请写成 zhang@example.gov.cn 的样子。")
        ensure_mailable(work.tools.connectors, command.email)
    person_id = work.actor.person_id
    if work.actor.on_behalf_of is not None or person_id == SYSTEM.person_id:
        raise Forbidden("只能改自己的邮箱。")
    work.connection.execute(update(Person).where(Person.id == person_id).values(email=command.email))
    work.record(
        "organisation",
        "EmailChanged",
        input={"person": person_id},
        outcome=images(work.connection, (Person, Person.id == person_id)),
    )


def _mark(work: UnitOfWork, which: ColumnElement[bool], **values: object) -> int:
    return work.connection.execute(update(Notification).where(which).values(**values)).rowcount


def _ensure_system(work: UnitOfWork) -> None:
    if work.actor != SYSTEM:
        raise Forbidden("通知由系统发出。")
