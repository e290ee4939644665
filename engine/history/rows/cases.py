"""The stored rows of some cases against what their histories imply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, exists, select

from engine.history.findings import Finding, Kind
from engine.history.rows.case import CaseRows
from engine.history.rows.comparison import Comparison, stored
from engine.model import ConnectorCall, EventSubscription, HistoryEvent, Incident, ProcessInstance, UserTask
from engine.model.base import Base
from engine.rows import AnyRow

_INSTANCES = Comparison("process_instance", Kind.SNAPSHOT, ("id",))
_TASKS = Comparison("user_task", Kind.TASK, ("id",))
_WAITS = Comparison("event_subscription", Kind.ROW, ("instance_id", "wait_id"))
_INCIDENTS = Comparison("incident", Kind.ROW, ("instance_id", "token_id", "opened_seq"))
_CALLS = Comparison("connector_call", Kind.ROW, ("id",))
_OWNED: tuple[type[Base], ...] = (UserTask, EventSubscription, Incident, ConnectorCall)


def check_rows(connection: Connection, rebuilt: Mapping[str, CaseRows]) -> Iterator[Finding]:
    """Every column of every row about these cases."""
    instances = _read(connection, ProcessInstance, "id", rebuilt)
    tasks, waits, incidents, calls = (_read(connection, model, "instance_id", rebuilt) for model in _OWNED)
    for case_id, rows in rebuilt.items():
        yield from _INSTANCES.check((rows.instance,), instances[case_id], place=case_id)
        yield from _TASKS.check(rows.tasks.values(), tasks[case_id], place=case_id)
        yield from _WAITS.check(rows.waits.values(), waits[case_id], place=case_id)
        yield from _INCIDENTS.check(rows.incidents, incidents[case_id], place=case_id)
        yield from _CALLS.check(rows.calls.values(), calls[case_id], place=case_id)


def _read(
    connection: Connection, model: type[Base], column: str, rebuilt: Mapping[str, Any]
) -> Mapping[str, list[AnyRow]]:
    found: defaultdict[str, list[AnyRow]] = defaultdict(list)
    table = model.__table__
    for row in connection.execute(stored(table).where(table.c[column].in_(rebuilt))):
        found[getattr(row, column)].append(row)
    return found


def check_strays(connection: Connection) -> Iterator[Finding]:
    """Rows of cases that have no history, or of no case at all."""
    begun = exists().where(HistoryEvent.stream == ProcessInstance.id, HistoryEvent.seq == 1)
    for case_id in connection.scalars(select(ProcessInstance.id).where(~begun)):
        yield _stray("process_instance", case_id, "这个办件没有历史。")
    for model in _OWNED:
        table = model.__table__
        own = exists().where(ProcessInstance.id == table.c.instance_id)
        for case_id in connection.scalars(select(table.c.instance_id).where(~own).distinct()):
            yield _stray(model.__tablename__, case_id, f"{model.__tablename__} 里有不属于任何办件的记录。")


def _stray(table: str, case_id: str, message: str) -> Finding:
    return Finding(kind=Kind.ROW, place=case_id, table=table, message=message)
