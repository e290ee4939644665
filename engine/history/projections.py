"""Whether the rows that people work on still say what the history says: the case, its state, its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine import values
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.history.outcome import state_digest
from engine.interpreter import State
from engine.model import InstanceStatus, ProcessInstance, UserTask
from engine.rows import AnyRow


class Told:
    """What the events of one case say about its rows."""

    def __init__(self) -> None:
        self.state: str | None = None
        self.ended = False
        self.terminated = False
        #: task -> its completion
        self.completions: dict[str, Event] = {}
        #: every task that was ever opened
        self.tasks: set[str] = set()

    def see(self, event: Event) -> None:
        outcome = event.content["outcome"]
        self.state = outcome.get("state", self.state)
        self.ended |= bool(outcome.get("ended"))
        self.terminated |= "terminated" in outcome
        self.tasks |= {opened["task"] for opened in outcome.get("opened", ()) if "task" in opened}
        if event.content["type"] == "TaskCompleted":
            self.completions[event.content["task"]] = event
        elif event.content["type"] == "TaskRecalled":
            self.completions.pop(event.content["task"], None)


def check_case(connection: Connection, case_id: str, told: Told) -> Iterator[Finding]:
    """Compare a case's rows with its events."""
    row = connection.execute(select(ProcessInstance).where(ProcessInstance.id == case_id)).one_or_none()
    if row is None:
        return
    if told.state is not None and told.state != state_digest(State(tokens=row.tokens, variables=row.variables)):
        yield _finding(Kind.SNAPSHOT, case_id, "办件的当前状态（环节或变量）被改动：与历史不符。")
    if _status_of(told) is not None and row.status != _status_of(told):
        yield _finding(Kind.SNAPSHOT, case_id, f"办件的状态是“{row.status}”，与历史不符。")
    for task in connection.execute(select(UserTask).where(UserTask.instance_id == case_id)):
        if task.id in told.completions and not _agrees(task, told.completions[task.id]):
            yield _finding(Kind.TASK, case_id, f"“{task.name}”的办理记录被改动：与历史不符。")


def _status_of(told: Told) -> str | None:
    if told.terminated:
        return InstanceStatus.TERMINATED
    return InstanceStatus.COMPLETED if told.ended else None


def _agrees(task: AnyRow, event: Event) -> bool:
    header, put_in = event.header, event.content["input"]
    submission: Mapping[str, Any] = task.submission or {}
    return (
        task.completed_by == header.actor
        and task.on_behalf_of == header.on_behalf_of
        and task.completed_at == header.at
        and task.outcome == put_in["outcome"]
        and values.dumps(submission) == values.dumps(event.input["values"])
    )


def _finding(kind: Kind, case_id: str, message: str) -> Finding:
    return Finding(kind=kind, place=case_id, message=message)
