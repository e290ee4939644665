"""What a move would do, told exactly: it is carried out in a transaction that is not kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, null, select

from engine.history.event import Event
from engine.interpreter import WaitKind
from engine.model import (
    PENDING,
    PENDING_CALLS,
    ConnectorCall,
    EventSubscription,
    HistoryEvent,
    OrgUnit,
    Person,
    ProcessInstance,
    UserTask,
)
from engine.offices.roles import ROLES
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class TaskEffect:
    """A task, who holds it and until when."""

    #: None for a task that is only opened by the move
    task_id: str | None
    activity_id: str
    name: str
    #: a person's name, else a role in a unit
    holder: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WaitEffect:
    """A timer that runs, a message that is waited for, or the answer of what was asked of the outside."""

    element_id: str
    name: str
    kind: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Everything a move changes, and what it leaves alone."""

    cancelled: tuple[TaskEffect, ...]
    kept: tuple[TaskEffect, ...]
    opened: tuple[TaskEffect, ...]
    #: names of the steps that have to be done again
    undone: tuple[str, ...]
    #: names of the service tasks whose work is not taken back
    effects: tuple[str, ...]
    dropped: tuple[WaitEffect, ...]
    started: tuple[WaitEffect, ...]
    #: how the case stands afterwards
    status: str
    result: str | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A case at one moment: its pending tasks, what it waits for, and its status."""

    tasks: Mapping[str, AnyRow]
    waits: Mapping[str, AnyRow]
    instance: AnyRow

    @classmethod
    def of(cls, connection: Connection, instance_id: str) -> Standing:
        """Read it."""
        return cls(
            tasks={row.id: row for row in _tasks(connection, instance_id)},
            waits={row.wait_id: row for row in (*_waits(connection, instance_id), *_calls(connection, instance_id))},
            instance=connection.execute(
                select(ProcessInstance.status, ProcessInstance.result).where(ProcessInstance.id == instance_id)
            ).one(),
        )


def _tasks(connection: Connection, instance_id: str) -> Sequence[AnyRow]:
    return connection.execute(
        select(UserTask, OrgUnit.name.label("unit_name"), Person.name.label("assignee_name"))
        .outerjoin(OrgUnit, OrgUnit.code == UserTask.unit_code)
        .outerjoin(Person, Person.id == UserTask.assignee_id)
        .where(UserTask.instance_id == instance_id, UserTask.status.in_(PENDING))
        .order_by(UserTask.opened_seq, UserTask.activity_id, UserTask.token_id, UserTask.assignee_id)
    ).all()


def _waits(connection: Connection, instance_id: str) -> Sequence[AnyRow]:
    return connection.execute(
        select(EventSubscription)
        .where(EventSubscription.instance_id == instance_id)
        .order_by(EventSubscription.due_at, EventSubscription.wait_id)
    ).all()


def _calls(connection: Connection, instance_id: str) -> Sequence[AnyRow]:
    """What the case has asked the outside for and waits for."""
    told = (ConnectorCall.wait_id, ConnectorCall.element_id, ConnectorCall.name, null().label("due_at"))
    return connection.execute(
        select(*told, literal(WaitKind.SERVICE.value).label("kind"))
        .where(
            ConnectorCall.instance_id == instance_id,
            ConnectorCall.wait_id.is_not(None),
            ConnectorCall.status.in_(PENDING_CALLS),
        )
        .order_by(ConnectorCall.seq, ConnectorCall.ordinal)
    ).all()


def compare(connection: Connection, instance_id: str, before: Standing, names: Mapping[str, str]) -> Preview:
    """What has changed since then; `names` are those of the diagram's elements."""
    after = Standing.of(connection, instance_id)
    told = last_outcome(connection, instance_id)
    return Preview(
        cancelled=_effects(row for row in before.tasks.values() if row.id not in after.tasks),
        kept=_effects(row for row in after.tasks.values() if row.id in before.tasks),
        opened=_effects(row for row in after.tasks.values() if row.id not in before.tasks),
        undone=_named(told.get("undone", ()), names),
        effects=_named(told.get("effects", ()), names),
        dropped=_wait_effects(before.waits, after.waits, names),
        started=_wait_effects(after.waits, before.waits, names),
        status=after.instance.status,
        result=after.instance.result,
    )


def last_outcome(connection: Connection, instance_id: str) -> Mapping[str, Any]:
    """What the newest event of a case tells."""
    payload = connection.scalar(
        select(HistoryEvent.payload)
        .where(HistoryEvent.stream == instance_id)
        .order_by(HistoryEvent.seq.desc())
        .limit(1)
    )
    return Event(payload).outcome if payload else {}


def _effects(rows: Iterable[AnyRow]) -> tuple[TaskEffect, ...]:
    return tuple(task_effect(row) for row in rows)


def task_effect(row: AnyRow) -> TaskEffect:
    """A task row, with the names of its unit and assignee, as a preview tells it."""
    role = ROLES[row.role].name if row.role in ROLES else (row.role or "")
    place = f"{row.unit_name or ''} {role}".strip()
    return TaskEffect(
        task_id=row.id,
        activity_id=row.activity_id,
        name=row.name,
        holder=row.assignee_name or place,
        due_at=row.due_at,
    )


def _wait_effects(
    waits: Mapping[str, AnyRow], others: Mapping[str, AnyRow], names: Mapping[str, str]
) -> tuple[WaitEffect, ...]:
    gone = (row for wait_id, row in waits.items() if wait_id not in others)
    return tuple(
        WaitEffect(
            element_id=row.element_id,
            name=row.name or names.get(row.element_id) or row.element_id,
            kind=row.kind,
            due_at=row.due_at,
        )
        for row in gone
    )


def _named(elements: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.get(element) or element for element in elements))
