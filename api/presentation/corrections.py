"""A task that somebody has sent back to be done again: by whom and why, and what was filled in the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from engine.queries.case import CaseView, TaskView
from engine.queries.history import HistoryItem
from forms import library

#: outcomes that send a case back on a way the diagram has drawn (spec §3.2)
_BACK = frozenset({"return_for_correction", "return_to_previous"})


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What whoever does the task again should see first."""

    by: str
    at: datetime
    reason: str
    #: what was filled in before; opinion, outcome and signature are given anew
    values: Mapping[str, Any]


def correction_of(case: CaseView, task: TaskView, events: Sequence[HistoryItem]) -> Correction | None:
    """The correction that a task is; None for one that was opened on the way forward."""
    opening = next((event for event in events if _opens(event, task)), None)
    former = [done for done in case.completed_tasks if _same(done, task)]
    if opening is None or not former:
        return None
    reason = _reason(case, opening, task)
    if reason is None:
        return None
    values = {name: value for name, value in (former[-1].submission or {}).items() if name not in _given_anew()}
    return Correction(by=opening.actor_name, at=opening.at, reason=reason, values=values)


def _opens(event: HistoryItem, task: TaskView) -> bool:
    return any(opened.get("task") == task.id for opened in event.outcome.get("opened", ()))


def _same(done: TaskView, task: TaskView) -> bool:
    """Whether a task is an earlier round of another, and not a share of somebody else's beside it."""
    mine = (task.activity_id, task.unit_code, task.item)
    return done.parent_id is None and task.parent_id is None and (done.activity_id, done.unit_code, done.item) == mine


def _reason(case: CaseView, event: HistoryItem, task: TaskView) -> str | None:
    if event.type == "TaskReturned":
        return str(event.input.get("reason") or "") if event.input.get("to") == task.activity_id else None
    sender = next((done for done in case.completed_tasks if done.id == event.task_id), None)
    if sender is None or sender.outcome not in _BACK:
        return None
    return str((sender.submission or {}).get("opinion_text") or "")


@cache
def _given_anew() -> frozenset[str]:
    return frozenset(library.parsed(library.content(library.REVIEW)).fields)
