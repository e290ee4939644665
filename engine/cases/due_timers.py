"""Timers that cases wait for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.cases.incidents import is_held
from engine.model import EventSubscription
from engine.rows import AnyRow

_OF_CASE = select(*EventSubscription.__table__.columns).where(EventSubscription.instance_id == bindparam("instance"))
_WAITING = _OF_CASE.where(EventSubscription.kind == "timer", EventSubscription.wait_id == bindparam("wait"))
_ALL = _OF_CASE.add_columns(is_held().label("held"))


def waiting_timer(connection: Connection, instance_id: str, wait_id: str) -> AnyRow | None:
    """A timer that a case waits for, due or not."""
    return connection.execute(_WAITING, {"instance": instance_id, "wait": wait_id}).one_or_none()


def first_due_timer(connection: Connection, instance_id: str, now: datetime) -> AnyRow | None:
    """The first timer of a case that is due, those aside that were refused and wait for an administrator."""
    waits = connection.execute(_ALL, {"instance": instance_id})
    # Asked for what is due, PostgreSQL may look through what all cases wait for, and let them all collide.
    due = [row for row in waits if row.kind == "timer" and row.due_at <= now and not row.held]
    return min(due, key=lambda row: (row.due_at, len(row.wait_id), row.wait_id), default=None)
