"""Lines of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.presentation.dates import DueBadge, due_badge
from engine.queries.inbox import TaskItem


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """A task with its address and its badge."""

    item: TaskItem
    address: str
    badge: DueBadge | None


def task_line(item: TaskItem, now: datetime) -> TaskLine:
    """What the list shows of a task."""
    return TaskLine(
        item=item,
        address=task_address(item.task_id, item.on_behalf_of),
        badge=due_badge(item.due_at, now) if item.completed_at is None else None,
    )


def task_address(task_id: str, on_behalf_of: str | None = None) -> str:
    """The page of a task, for oneself or for somebody who has delegated it."""
    query = f"?{urlencode({'for': on_behalf_of})}" if on_behalf_of else ""
    return f"/tasks/{task_id}{query}"
