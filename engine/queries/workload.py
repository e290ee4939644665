"""How much there is to do: for operators, without a word about whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from engine.model import (
    PENDING_CALLS,
    ConnectorCall,
    EventSubscription,
    Export,
    ExportStatus,
    Incident,
    ProcessInstance,
    TaskStatus,
    UserTask,
)


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Counts at one instant."""

    cases: Mapping[str, int]
    open_tasks: int
    overdue_tasks: int
    incidents: int
    due_timers: int
    #: of connectors and external workers, by status
    calls: Mapping[str, int]
    waiting_exports: int
    #: seconds since the oldest due timer should have fired
    lateness: float


def workload(connection: Connection, now: datetime) -> Workload:
    """Count the cases, the tasks, the incidents and the timers."""
    is_open = UserTask.status == TaskStatus.CREATED
    is_due = (EventSubscription.kind == "timer") & (EventSubscription.due_at <= now)
    oldest = connection.scalar(select(func.min(EventSubscription.due_at)).where(is_due))
    by_status = select(ProcessInstance.status, func.count()).group_by(ProcessInstance.status)
    calls = (
        select(ConnectorCall.status, func.count())
        .where(ConnectorCall.status.in_(PENDING_CALLS))
        .group_by(ConnectorCall.status)
    )
    return Workload(
        cases={row[0]: row[1] for row in connection.execute(by_status)},
        open_tasks=_count(connection, is_open),
        overdue_tasks=_count(connection, is_open & (UserTask.due_at < now)),
        incidents=_count(connection, Incident.closed_at.is_(None)),
        due_timers=_count(connection, is_due),
        calls={row[0]: row[1] for row in connection.execute(calls)},
        waiting_exports=_count(connection, Export.status == ExportStatus.WAITING),
        lateness=(now - oldest).total_seconds() if oldest else 0.0,
    )


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).where(condition)) or 0
