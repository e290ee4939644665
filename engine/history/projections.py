"""Whether the rows that people work on still say what the history says: the case, its state, its tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, LargeBinary, select, type_coerce

from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.history.outcome import state_digest
from engine.interpreter import State
from engine.model import InstanceStatus, ProcessInstance, UserTask
from engine.rows import AnyRow

_SUBMISSION = type_coerce(UserTask.submission, LargeBinary).label("submission")


class Told:
    """What the events of one case say about its rows."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.state: str | None = None
        self.ended = False
        self.terminated = False
        #: task -> its completion
        self.completions: dict[str, Event] = {}
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        outcome = event.content["outcome"]
        self.state = outcome.get("state", self.state)
        self.ended |= bool(outcome.get("ended"))
        self.terminated |= "terminated" in outcome
        if event.content["type"] == "TaskCompleted":
            self.completions[event.content["task"]] = event
        elif event.content["type"] == "TaskRecalled":
            self.completions.pop(event.content["task"], None)

    @property
    def status(self) -> str | None:
        """The status that a case has for good, if it has one."""
        if self.terminated:
            return InstanceStatus.TERMINATED
        return InstanceStatus.COMPLETED if self.ended else None


def check_cases(connection: Connection, told: Mapping[str, Told]) -> Iterator[Finding]:
    """Compare the rows of some cases with their events."""
    columns = (ProcessInstance.id, ProcessInstance.status, ProcessInstance.tokens, ProcessInstance.variables)
    for row in connection.execute(select(*columns).where(ProcessInstance.id.in_(told))):
        yield from _check_case(row, told[row.id])
    tasks = select(
        UserTask.id,
        UserTask.instance_id,
        UserTask.name,
        UserTask.completed_by,
        UserTask.on_behalf_of,
        UserTask.completed_at,
        UserTask.outcome,
        _SUBMISSION,
    )
    for task in connection.execute(tasks.where(UserTask.instance_id.in_(told))):
        completion = told[task.instance_id].completions.get(task.id)
        if completion is not None and not _agrees(task, completion.content):
            yield _finding(Kind.TASK, task.instance_id, f"“{task.name}”的办理记录被改动：与历史不符。")


def _check_case(row: AnyRow, told: Told) -> Iterator[Finding]:
    if told.state is not None and told.state != state_digest(State(tokens=row.tokens, variables=row.variables)):
        yield _finding(Kind.SNAPSHOT, row.id, "办件的当前状态（环节或变量）被改动：与历史不符。")
    if told.status is not None and row.status != told.status:
        yield _finding(Kind.SNAPSHOT, row.id, f"办件的状态是“{row.status}”，与历史不符。")


def _agrees(task: AnyRow, content: Mapping[str, Any]) -> bool:
    put_in = content["input"]
    stored = (task.completed_by, task.on_behalf_of, task.outcome, task.completed_at.isoformat(), task.submission)
    submitted = orjson.dumps(put_in["values"], option=orjson.OPT_SORT_KEYS)
    told = (content["actor"], content.get("on_behalf_of"), put_in["outcome"], content["at"], submitted)
    return bool(stored == told)


def _finding(kind: Kind, case_id: str, message: str) -> Finding:
    return Finding(kind=kind, place=case_id, message=message)
