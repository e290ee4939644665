"""What cases have asked of the outside: of one case for its readers, and whether there is work for a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from engine.calls.book import ORDER, goes_on, is_free
from engine.machines import INTEGRATION
from engine.model import ConnectorCall, ProcessInstance
from engine.queries.viewer import Viewer


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
