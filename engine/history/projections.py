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
        #: what the case is and is pinned to: column -> value
        self.pinned: dict[str, Any] = {}
        #: task -> role and unit it was offered to; None where a migration may have changed them since
        self.offered: dict[str, tuple[str | None, str | None] | None] = {}
        #: task -> its completion
        self.completions: dict[str, Event] = {}
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        outcome = event.content["outcome"]
        self.state = outcome.get("state", self.state)
        self.ended |= bool(outcome.get("ended"))
        self.terminated |= "terminated" in outcome
        for opened in outcome.get("opened", ()):
            # Events from before the chain do not tell whom a task was offered to.
            self.offered[opened["task"]] = (opened["role"], opened["unit"]) if "role" in opened else None
        match event.content["type"]:
            case "TaskCompleted" | "TaskSubmitted" | "TaskSigned":
                self.completions[event.content["task"]] = event
            case "TaskRecalled":
                self.completions.pop(event.content["task"], None)
            case "ProcessStarted" | "ProcessMigrated" if event.content["format"] > 0:
                self._see_pinned(event.content)
        for call in event.content["input"].get("calls", ()):
            if "project_id" in self.pinned and isinstance(call.get("result", {}).get("project_id"), str):
                self.pinned["project_id"] = call["result"]["project_id"]

    def _see_pinned(self, content: Mapping[str, Any]) -> None:
        told = content["input"]
        self.pinned |= {"definition_id": told["definition"], "bundle_digest": told["bundle"]}
        if content["type"] == "ProcessStarted":
            self.pinned |= {"number": told["case"]["number"], "region_code": told["region"]}
            if "project" in told:
                self.pinned["project_id"] = told["project"]
        else:
            self.offered = dict.fromkeys(self.offered)

    @property
    def status(self) -> str | None:
        """The status that a case has for good, if it has one."""
        if self.terminated:
            return InstanceStatus.TERMINATED
        return InstanceStatus.COMPLETED if self.ended else None


def check_cases(connection: Connection, told: Mapping[str, Told]) -> Iterator[Finding]:
    """Compare the rows of some cases with their events."""
    for row in connection.execute(select(*ProcessInstance.__table__.columns).where(ProcessInstance.id.in_(told))):
        yield from _check_case(row, told[row.id])
    tasks = select(
        UserTask.id,
        UserTask.instance_id,
        UserTask.name,
        UserTask.role,
        UserTask.unit_code,
        UserTask.parent_id,
        UserTask.completed_by,
        UserTask.on_behalf_of,
        UserTask.completed_at,
        UserTask.outcome,
        _SUBMISSION,
    )
    for task in connection.execute(tasks.where(UserTask.instance_id.in_(told))):
        yield from _check_task(task, told[task.instance_id])
    for case_id, case in told.items():
        if case.offered:
            yield _finding(Kind.TASK, case_id, f"历史里打开过的 {len(case.offered)} 项待办已经缺失。")


def _check_task(task: AnyRow, told: Told) -> Iterator[Finding]:
    """Every task that the history opened is taken off its list, so that the missing ones remain."""
    if task.parent_id is None and task.id not in told.offered:
        yield _finding(Kind.TASK, task.instance_id, f"“{task.name}”不是历史里打开的待办。")
    offered = told.offered.pop(task.id, None)
    if offered is not None and offered != (task.role, task.unit_code):
        yield _finding(Kind.TASK, task.instance_id, f"“{task.name}”的办理岗位或单位被改动：与历史不符。")
    completion = told.completions.get(task.id)
    if completion is not None and not _agrees(task, completion.content):
        yield _finding(Kind.TASK, task.instance_id, f"“{task.name}”的办理记录被改动：与历史不符。")


def _check_case(row: AnyRow, told: Told) -> Iterator[Finding]:
    if told.state is not None and told.state != state_digest(State(tokens=row.tokens, variables=row.variables)):
        yield _finding(Kind.SNAPSHOT, row.id, "办件的当前状态（环节或变量）被改动：与历史不符。")
    changed = [column for column, value in told.pinned.items() if getattr(row, column) != value]
    if changed:
        yield _finding(Kind.SNAPSHOT, row.id, f"办件的登记内容被改动（{'、'.join(changed)}）：与历史不符。")
    if told.status is not None and row.status != told.status:
        yield _finding(Kind.SNAPSHOT, row.id, f"办件的状态是“{row.status}”，与历史不符。")


def _agrees(task: AnyRow, content: Mapping[str, Any]) -> bool:
    put_in = content["input"]
    stored = (task.completed_by, task.on_behalf_of, task.outcome, _moment(task), task.submission)
    submitted = orjson.dumps(put_in.get("values"), option=orjson.OPT_SORT_KEYS)
    told = (content["actor"], content.get("on_behalf_of"), put_in.get("outcome"), content["at"], submitted)
    return bool(stored == told)


def _moment(task: AnyRow) -> str | None:
    return task.completed_at.isoformat() if task.completed_at else None


def _finding(kind: Kind, case_id: str, message: str) -> Finding:
    return Finding(kind=kind, place=case_id, message=message)
