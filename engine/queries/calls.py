"""What cases have asked of the outside: of one case for its readers, and whether there is work for a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from engine.calls.book import ORDER, goes_on, is_free
from engine.machines import INTEGRATION
from engine.model import CallStatus, ConnectorCall, OrgUnit, ProcessDefinition, ProcessInstance
from engine.queries.incidents import OVERSEERS
from engine.queries.page import Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class CallView:
    """One call, as the page of its case tells it."""

    id: str
    element_id: str
    name: str
    connector: str
    topic: str | None
    #: what the case waits for; None where it has gone on
    wait_id: str | None
    inputs: Mapping[str, Any]
    status: str
    attempts: int
    next_at: datetime | None
    worker: str | None
    locked_until: datetime | None
    error: str | None
    asked_at: datetime
    closed_at: datetime | None

    @property
    def waited_for(self) -> bool:
        """Whether the case stands still until the answer comes."""
        return self.wait_id is not None


def calls_of(connection: Connection, instance_id: str) -> tuple[CallView, ...]:
    """The calls of a case, in the order in which it asked; the caller has checked that it may be read."""
    columns = [getattr(ConnectorCall, name) for name in CallView.__dataclass_fields__]
    statement = select(*columns).where(ConnectorCall.instance_id == instance_id).order_by(*ORDER)
    return tuple(CallView(**row._mapping) for row in connection.execute(statement))


@dataclass(frozen=True, kw_only=True)
class RetriedCall:
    """A call that went wrong and will be tried again by itself."""

    id: str
    instance_id: str
    number: str
    title: str
    process_name: str
    region_name: str
    name: str
    waited_for: bool
    error: str
    attempts: int
    next_at: datetime


def retried_calls(connection: Connection, viewer: Viewer, page: int = 1) -> Page[RetriedCall]:
    """What will be tried again in the regions of an administrator or auditor, the next try first."""
    statement = (
        select(
            ConnectorCall,
            ProcessInstance.number,
            ProcessInstance.title,
            ProcessDefinition.name.label("process_name"),
            OrgUnit.name.label("region_name"),
        )
        .join(ProcessInstance, ProcessInstance.id == ConnectorCall.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(OrgUnit, OrgUnit.code == ProcessInstance.region_code)
        .where(
            ConnectorCall.status == CallStatus.OPEN,
            ConnectorCall.attempts > 0,
            viewer.region_condition(*OVERSEERS),
        )
        .order_by(ConnectorCall.next_at, ConnectorCall.id)
    )
    rows, total = page_of(connection, statement, page)
    return Page(items=[_retried(row) for row in rows], total=total, number=page)


def _retried(row: AnyRow) -> RetriedCall:
    return RetriedCall(
        id=row.id,
        instance_id=row.instance_id,
        number=row.number,
        title=row.title,
        process_name=row.process_name,
        region_name=row.region_name or "",
        name=row.name or row.element_id,
        waited_for=row.wait_id is not None,
        error=row.error or "",
        attempts=row.attempts,
        next_at=row.next_at,
    )


def has_free_call(connection: Connection, viewer: Viewer, topic: str, now: datetime) -> bool:
    """Whether a worker would get something if it asked now."""
    free = exists().where(
        ConnectorCall.instance_id == ProcessInstance.id,
        ConnectorCall.topic == topic,
        is_free(now),
        goes_on(),
        viewer.region_condition(INTEGRATION),
    )
    return bool(connection.scalar(select(free)))
