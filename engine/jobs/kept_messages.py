"""Messages that were sent too early, and those for cases that were suspended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, literal, or_, select

from engine.commands import SYSTEM, Command
from engine.messaging.messages import DeliverKeptMessage
from engine.model import EventSubscription, InstanceStatus, KeptMessage, ProcessInstance, StartSubscription
from engine.model.base import ProcessValue


def deliverable(connection: Connection, now: datetime, limit: int) -> list[Command[Any]]:
    """Kept messages that somebody waits for now, or that have been kept long enough, the oldest first."""
    awaited = exists().where(
        EventSubscription.kind == KeptMessage.kind,
        EventSubscription.name == KeptMessage.name,
        EventSubscription.instance_id == ProcessInstance.id,
        ProcessInstance.status == InstanceStatus.ACTIVE,
        KeptMessage.instance_id.is_(None),
        or_(
            EventSubscription.correlation == KeptMessage.correlation,
            EventSubscription.correlation == literal(None, ProcessValue()),
        ),
    )
    starts = exists().where(
        StartSubscription.kind == KeptMessage.kind,
        StartSubscription.name == KeptMessage.name,
        KeptMessage.instance_id.is_(None),
    )
    resumed = exists().where(
        ProcessInstance.id == KeptMessage.instance_id, ProcessInstance.status != InstanceStatus.SUSPENDED
    )
    over = and_(KeptMessage.kept_until.is_not(None), KeptMessage.kept_until <= now)
    ids = connection.scalars(
        select(KeptMessage.id)
        .where(or_(over, awaited, starts, resumed))
        .order_by(KeptMessage.kept_at, KeptMessage.id)
        .limit(limit)
    )
    return [DeliverKeptMessage(actor=SYSTEM, message_id=message_id) for message_id in ids]
