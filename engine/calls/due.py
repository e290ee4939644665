"""Calls of our own that can be performed now, for the sweep that finds what has no job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Label, Select, case, literal, select

from engine.calls.book import goes_on, is_free, is_next
from engine.model import ConnectorCall, ProcessInstance
from engine.model.base import UtcDateTime


def due_calls(now: datetime) -> Select[*tuple[Any, ...]]:
    """Calls whose answer a case waits for: their ids, and since when they are due."""
    statement = select(ConnectorCall.id.label("subject"), _due_at(now))
    return _due(statement, now).where(ConnectorCall.wait_id.is_not(None))


def due_deliveries(now: datetime) -> Select[*tuple[Any, ...]]:
    """Cases with something to deliver: of each only the first call counts."""
    statement = select(ConnectorCall.instance_id.label("subject"), _due_at(now))
    return _due(statement, now).where(ConnectorCall.wait_id.is_(None), is_next())


def _due_at(now: datetime) -> Label[datetime]:
    """Since when; at the latest now, though the clock was set back since it was asked for."""
    return case((ConnectorCall.next_at <= now, ConnectorCall.next_at), else_=literal(now, UtcDateTime())).label(
        "due_at"
    )


def _due(statement: Select[*tuple[Any, ...]], now: datetime) -> Select[*tuple[Any, ...]]:
    return statement.join(ProcessInstance, ProcessInstance.id == ConnectorCall.instance_id).where(
        ConnectorCall.topic.is_(None), is_free(now), goes_on()
    )
