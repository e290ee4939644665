"""Messages that were sent too early, and those for cases that were suspended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, literal, or_, select

from engine.model import EventSubscription, InstanceStatus, KeptMessage, ProcessInstance, StartSubscription
from engine.model.base import ProcessValue


def deliverable_messages(now: datetime) -> Select[*tuple[Any, ...]]:
    """Kept messages that somebody waits for now, or that have been kept long enough."""
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
    return select(KeptMessage.id.label("subject"), KeptMessage.kept_at.label("due_at")).where(
        or_(over, awaited, starts, resumed)
    )
