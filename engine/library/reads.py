"""How a library session looks into its cases: reads only, past the commands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine.cases.incidents import is_held
from engine.commands import SYSTEM, FireStartTimer, FireTimer
from engine.definitions import DefinitionCache
from engine.errors import NotFound
from engine.interpreter import State, WaitKind, variables_of
from engine.interpreter.reading import sights
from engine.library.views import (
    CaseState,
    OpenTask,
    PassedElement,
    StoppedElement,
    WaitingCall,
    WaitingEvent,
    called_process,
    drawn_id,
)
from engine.model import (
    CallStatus,
    ConnectorCall,
    EventSubscription,
    HistoryEvent,
    Incident,
    InstanceStatus,
    ProcessDefinition,
    ProcessInstance,
    StartSubscription,
    TaskStatus,
    UserTask,
)
from engine.model.instance import WAIT_AGE
from engine.queries.history import HistoryItem, history_of
from engine.rows import AnyRow

_OPEN_TASKS = (
    select(
        *(UserTask.id, UserTask.instance_id, UserTask.activity_id, UserTask.name, UserTask.token_id, UserTask.inputs),
        *(UserTask.item, UserTask.opened_at, UserTask.opened_seq),
        *(ProcessInstance.bundle_digest, ProcessInstance.tokens, ProcessInstance.variables),
    )
    .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    .where(UserTask.status == TaskStatus.CREATED)
)
_OPEN_TASKS_OF_CASE = _OPEN_TASKS.where(UserTask.instance_id == bindparam("case"))
_WAITS = select(EventSubscription)
_WAITS_OF_CASE = _WAITS.where(EventSubscription.instance_id == bindparam("case"))
_CASE = (
    select(ProcessInstance, ProcessDefinition.key)
    .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
    .where(ProcessInstance.id == bindparam("case"))
)
_STOPPED = (
    select(Incident)
    .where(Incident.instance_id == bindparam("case"), Incident.closed_at.is_(None))
    .order_by(Incident.opened_seq, Incident.token_id)
)


_ASKED = select(ConnectorCall.element_id).where(
    ConnectorCall.instance_id == bindparam("case"),
    ConnectorCall.wait_id.is_not(None),
    ConnectorCall.status.in_((CallStatus.OPEN, CallStatus.KEPT)),
)


def newest_instant(connection: Connection) -> datetime | None:
    """When something last happened in this database."""
    at: datetime | None = connection.scalar(select(func.max(HistoryEvent.at)))
    return at


def case_row(connection: Connection, case_id: str) -> AnyRow:
    """A case; raises `NotFound`."""
    row = connection.execute(_CASE, {"case": case_id}).one_or_none()
    if row is None:
        raise NotFound(f"没有标识为“{case_id}”的办件。", instance=case_id)
    return row


def nothing_in(connection: Connection, case_id: str | None) -> tuple[()]:
    """What was not found; raises `NotFound` where there is no such case either."""
    if case_id is not None:
        case_row(connection, case_id)
    return ()


def calls(connection: Connection, case_id: str | None) -> tuple[WaitingCall, ...]:
    """What was asked of others and is not answered, the oldest first."""
    order = (ConnectorCall.asked_at, ConnectorCall.instance_id, ConnectorCall.seq, ConnectorCall.ordinal)
    statement = select(ConnectorCall).where(ConnectorCall.status == CallStatus.OPEN, ConnectorCall.topic.is_not(None))
    if case_id is not None:
        statement = statement.where(ConnectorCall.instance_id == case_id)
    return tuple(
        WaitingCall(
            id=row.id,
            case_id=row.instance_id,
            element_id=drawn_id(row.element_id),
            topic=row.topic,
            inputs=row.inputs,
            asked_at=row.asked_at,
            called=called_process(row.element_id),
        )
        for row in connection.execute(statement.order_by(*order))
    )


def case_ids(connection: Connection, process_key: str | None) -> tuple[str, ...]:
    """Cases in the order in which they were started."""
    statement = select(ProcessInstance.id).order_by(ProcessInstance.started_at, ProcessInstance.number)
    if process_key is not None:
        statement = statement.join(ProcessDefinition).where(ProcessDefinition.key == process_key)
    return tuple(connection.scalars(statement))


def open_tasks(connection: Connection, definitions: DefinitionCache, case_id: str | None) -> tuple[OpenTask, ...]:
    """Open tasks in the order in which they were opened."""
    rows = _rows(connection, _OPEN_TASKS, _OPEN_TASKS_OF_CASE, case_id)
    rows = sorted(rows, key=lambda row: (row.opened_at, row.instance_id, row.opened_seq, int(row.token_id)))
    return tuple(
        task
        for _, group in groupby(rows, key=lambda row: row.instance_id)
        for task in _tasks_of(connection, definitions, list(group))
    )


def _tasks_of(connection: Connection, definitions: DefinitionCache, rows: list[AnyRow]) -> Iterator[OpenTask]:
    """The open tasks of one case, whose state is decoded once."""
    bundle = definitions.bundle(connection, rows[0].bundle_digest)
    state = State(tokens=rows[0].tokens, variables=rows[0].variables)
    seen = sights(bundle.specification, state)
    for row in rows:
        yield OpenTask(
            id=row.id,
            case_id=row.instance_id,
            activity_id=drawn_id(row.activity_id),
            called=called_process(row.activity_id),
            name=row.name,
            variables=seen[row.token_id].variables,
            inputs=row.inputs,
            item=row.item,
            index=seen[row.token_id].index,
            opened_at=row.opened_at,
        )


def waits(connection: Connection, case_id: str | None) -> tuple[WaitingEvent, ...]:
    """Timers by due time, then messages and signals."""
    rows = _rows(connection, _WAITS, _WAITS_OF_CASE, case_id)
    rows = sorted(rows, key=lambda row: (row.due_at is None, row.due_at, row.instance_id, int(row.wait_id)))
    return tuple(
        WaitingEvent(
            id=row.wait_id,
            case_id=row.instance_id,
            kind=row.kind,
            element_id=drawn_id(row.element_id),
            called=called_process(row.element_id),
            name=row.name,
            due_at=row.due_at,
            correlation=row.correlation,
        )
        for row in rows
    )


@dataclass(frozen=True, kw_only=True)
class DueTimer:
    """A timer, and the command that fires it."""

    due_at: datetime
    command: FireTimer | FireStartTimer


def next_timer(
    connection: Connection, end: datetime, passed_over: Collection[FireTimer | FireStartTimer]
) -> DueTimer | None:
    """The timer of a case or of a start event that is due first, up to an instant."""
    limit = len(passed_over) + 1
    found = [*_case_timers(connection, end, limit), *_start_timers(connection, end, limit)]
    waiting = (timer for timer in found if timer.command not in passed_over)
    return min(waiting, key=lambda timer: timer.due_at, default=None)


def _case_timers(connection: Connection, end: datetime, limit: int) -> Iterator[DueTimer]:
    timers = connection.execute(
        select(EventSubscription)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(
            EventSubscription.kind == WaitKind.TIMER,
            EventSubscription.due_at <= end,
            ProcessInstance.status == InstanceStatus.ACTIVE,
            ~is_held(),
        )
        .order_by(EventSubscription.due_at, EventSubscription.instance_id, *WAIT_AGE)
        .limit(limit)
    )
    for row in timers:
        command = FireTimer(actor=SYSTEM, instance_id=row.instance_id, wait_id=row.wait_id)
        yield DueTimer(due_at=row.due_at, command=command)


def _start_timers(connection: Connection, end: datetime, limit: int) -> Iterator[DueTimer]:
    timers = connection.execute(
        select(StartSubscription)
        .where(StartSubscription.kind == WaitKind.TIMER, StartSubscription.due_at <= end)
        .order_by(StartSubscription.due_at, StartSubscription.key)
        .limit(limit)
    )
    for row in timers:
        command = FireStartTimer(
            actor=SYSTEM, definition_id=row.definition_id, element_id=row.element_id, due_at=row.due_at
        )
        yield DueTimer(due_at=row.due_at, command=command)


def _rows(connection: Connection, whole: Any, of_case: Any, case_id: str | None) -> Sequence[AnyRow]:
    """Of one case, or of all."""
    if case_id is None:
        return connection.execute(whole).all()
    return connection.execute(of_case, {"case": case_id}).all()


def state_of(connection: Connection, case_id: str) -> CaseState:
    """Where a case stands."""
    row = case_row(connection, case_id)
    open_now = [] if row.ended_at else _rows(connection, _OPEN_TASKS, _OPEN_TASKS_OF_CASE, case_id)
    waiting = [] if row.ended_at else _rows(connection, _WAITS, _WAITS_OF_CASE, case_id)
    asked = [] if row.ended_at else connection.execute(_ASKED, {"case": case_id}).all()
    ends = (event.outcome.get("ended") for event in reversed(history_of(connection, case_id) if row.ended_at else ()))
    stopped = _stopped(connection, case_id)
    return CaseState(
        id=row.id,
        process_key=row.key,
        status="incident" if stopped and row.status == InstanceStatus.ACTIVE else row.status,
        ended_at=next(filter(None, ends), None),
        incidents=stopped,
        active=tuple(sorted([row.activity_id for row in open_now] + [row.element_id for row in [*waiting, *asked]])),
    )


def _stopped(connection: Connection, case_id: str) -> tuple[StoppedElement, ...]:
    rows = connection.execute(_STOPPED, {"case": case_id})
    return tuple(
        StoppedElement(
            id=row.id,
            element_id=drawn_id(row.element_id),
            called=called_process(row.element_id),
            code=row.code,
            message=row.message,
        )
        for row in rows
    )


def variables(connection: Connection, case_id: str) -> dict[str, Any]:
    """The variables of the process itself, also when the case has ended."""
    row = case_row(connection, case_id)
    return variables_of(State(tokens=row.tokens, variables=row.variables))


def trail(connection: Connection, case_id: str) -> tuple[PassedElement, ...]:
    """Every element that a token has passed, in order."""
    return tuple(passed for event in events(connection, case_id) for passed in _passed(event))


def events(connection: Connection, case_id: str) -> tuple[HistoryItem, ...]:
    """Every event of a case: what was put in and what came of it."""
    case_row(connection, case_id)
    return history_of(connection, case_id)


def _passed(event: HistoryItem) -> Iterator[PassedElement]:
    for passage in event.outcome.get("trail", ()):
        element = passage["element"]
        yield PassedElement(
            element_id=drawn_id(element), called=called_process(element), kind=passage["kind"], at=event.at
        )
