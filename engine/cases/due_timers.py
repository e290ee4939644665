"""Timers that cases wait for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.cases.incidents import is_held
from engine.model import EventSubscription
from engine.model.instance import WAIT_AGE
from engine.rows import AnyRow

_OF_CASE = select(*EventSubscription.__table__.columns).where(
    EventSubscription.instance_id == bindparam("instance"), EventSubscription.kind == "timer"
)
_WAITING = _OF_CASE.where(EventSubscription.wait_id == bindparam("wait"))
_FIRST = (
    _OF_CASE.where(EventSubscription.due_at <= bindparam("now"), ~is_held())
    .order_by(EventSubscription.due_at, *WAIT_AGE)
    .limit(1)
)


def waiting_timer(connection: Connection, instance_id: str, wait_id: str) -> AnyRow | None:
    """A timer that a case waits for, due or not."""
    return connection.execute(_WAITING, {"instance": instance_id, "wait": wait_id}).one_or_none()


def first_due_timer(connection: Connection, instance_id: str, now: datetime) -> AnyRow | None:
    """The first timer of a case that is due, those aside that were refused and wait for an administrator."""
    return connection.execute(_FIRST, {"instance": instance_id, "now": now}).one_or_none()
