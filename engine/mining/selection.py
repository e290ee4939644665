"""Which cases go into an event log."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, or_, select

from engine.clock import LOCAL_ZONE
from engine.model import ProcessDefinition, ProcessInstance
from engine.rows import AnyRow, AnySelect


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Cases of a process, of regions, started in a time; everything by default."""

    process_key: str | None = None
    #: local days, both included
    since: date | None = None
    until: date | None = None
    #: division digits; None for all regions
    regions: frozenset[str] | None = None

    def cases(self, connection: Connection) -> Generator[AnyRow]:
        """The chosen cases, in the order they were started, read as they are asked for."""
        statement = self._statement().order_by(ProcessInstance.started_at, ProcessInstance.id)
        with connection.execute(statement.execution_options(yield_per=200)) as rows:
            yield from rows

    def count(self, connection: Connection) -> int:
        """How many cases are chosen."""
        return connection.scalar(select(func.count()).select_from(self._statement().subquery())) or 0

    def _statement(self) -> AnySelect:
        statement: AnySelect = select(
            ProcessInstance.id,
            ProcessInstance.number,
            ProcessInstance.title,
            ProcessInstance.status,
            ProcessInstance.region_code,
            ProcessInstance.project_id,
            ProcessInstance.started_at,
            ProcessDefinition.key.label("process_key"),
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version.label("process_version"),
        ).join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        if self.process_key:
            statement = statement.where(ProcessDefinition.key == self.process_key)
        if self.since:
            statement = statement.where(ProcessInstance.started_at >= _midnight(self.since))
        if self.until:
            statement = statement.where(ProcessInstance.started_at < _midnight(self.until + timedelta(days=1)))
        if self.regions is not None:
            inside = [ProcessInstance.region_code.startswith(prefix) for prefix in sorted(self.regions)]
            statement = statement.where(or_(*inside) if inside else ProcessInstance.id.is_(None))
        return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_ZONE)
