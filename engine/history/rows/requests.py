"""Answers that are kept for repeated requests, against the events that the requests have left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.commands import CompletedTask, StartedProcess
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.history.rows.expected import ids_of
from engine.idempotency import plain_answer
from engine.model import AnsweredRequest
from engine.rows import AnyRow

_ID = re.compile(r"[0-9a-f]{32}")
_MOVES = frozenset(
    {
        *("TaskCompleted", "TaskSubmitted", "TaskSigned", "TaskResolved", "SignerRemoved", "TaskReturned"),
        *("TaskRecalled", "ProcessMoved", "ProcessMigrated", "IncidentRetried", "IncidentResolved"),
    }
)
_SILENT = frozenset(
    {
        *("TaskClaimed", "TaskReleased", "TaskTransferred", "ProcessSuspended", "ProcessResumed"),
        *("ProcessWithdrawn", "ProcessTerminated"),
    }
)
#: results of commands that always leave an event
_ON_RECORD = frozenset(f"{it.__module__}.{it.__qualname__}" for it in (CompletedTask, StartedProcess))


@dataclass
class _Asked:
    """What the events of one request tell."""

    fingerprint: str
    at: datetime
    events: list[Event] = field(default_factory=list)


class Requests:
    """Follows the requests whose answers can still be kept: old answers are forgotten together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        oldest = select(AnsweredRequest.answered_at).order_by(AnsweredRequest.answered_at).limit(1)
        self._oldest: datetime | None = connection.scalar(oldest)
        keys = connection.execute(select(AnsweredRequest.person_id, AnsweredRequest.key))
        self._kept = {(person, key) for person, key in keys}
        self._asked: dict[tuple[str, str], _Asked] = {}

    def see(self, event: Event) -> None:
        """Note the request that an event came of."""
        request = event.content.get("request")
        if not isinstance(request, Mapping) or self._oldest is None:
            return
        key = (str(request["person"]), str(request["key"]))
        if key not in self._kept and event.header.at < self._oldest:
            return
        asked = self._asked.setdefault(key, _Asked(str(request["fingerprint"]), event.header.at))
        asked.events.append(event)

    def check(self, *, complete: bool) -> Iterator[Finding]:
        """Every answer, as far as the events tell it; `complete`: all events tell their requests."""
        asked = dict(self._asked)
        for row in self._connection.execute(select(AnsweredRequest)):
            told = asked.pop((row.person_id, row.key), None)
            if told is None:
                # Requests that change nothing on record leave no event.
                if complete and isinstance(row.answer, Mapping) and row.answer.get("is") in _ON_RECORD:
                    yield _finding(row, "key", "不是历史里的请求，是另外添加的。")
                continue
            if (row.fingerprint, row.answered_at) != (told.fingerprint, told.at):
                yield _finding(row, "fingerprint, answered_at", "与历史里的请求不符，被改动过。")
            if not _answers(row.answer, told):
                yield _finding(row, "answer", "答复不是历史里的结果，被改动过。")
        for person, key in asked:
            message = f"幂等键的答复（answered_request {person} {key}）已经缺失：同一请求再来会重复办理。"
            yield Finding(kind=Kind.ROW, place=person, table=AnsweredRequest.__tablename__, message=message)


def _answers(answer: Any, asked: _Asked) -> bool:
    """Whether an answer is what the command has come to; of unusual ones, whether it names what was made by it."""
    first = asked.events[0]
    kind, outcome = first.content["type"], first.content["outcome"]
    stream = first.content["stream"]
    opened = tuple(it["task"] for it in outcome.get("opened", ()))
    if kind in _SILENT:
        return answer is None
    if kind == "ProcessStarted":
        number = first.content["input"]["case"]["number"]
        return bool(answer == plain_answer(StartedProcess(instance_id=stream, number=number, task_ids=opened)))
    if kind in _MOVES:
        again = (outcome["reopened"],) if "reopened" in outcome else opened
        ended = outcome.get("ended") is not None
        wanted = CompletedTask(instance_id=stream, opened_task_ids=again, ended=ended)
        return bool(answer == plain_answer(wanted))
    named = {found for event in asked.events for found in _ID.findall(event.payload.decode())}
    return all(it in named or it in ids_of(first.content["seed"]) for it in _ID.findall(str(answer)))


def _finding(row: AnyRow, column: str, message: str) -> Finding:
    named = f"幂等键的答复（answered_request {row.person_id} {row.key}）"
    table = AnsweredRequest.__tablename__
    return Finding(kind=Kind.ROW, place=row.person_id, table=table, column=column, message=named + message)
