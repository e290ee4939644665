"""What was filled in, shown read-only in the words of its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from api.presentation.words import NEGATIVE_OUTCOMES
from engine.queries.case import TaskView, form_content
from forms import library
from forms.definition import Form
from forms.rendering import render_read_only


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One step's submission, as it was."""

    task: TaskView
    who: str
    when: datetime | None
    outcome: str
    negative: bool
    body: Markup


def form_of(connection: Connection, digest: str | None) -> Form | None:
    """The form of a digest."""
    content = form_content(connection, digest)
    return library.parsed(content) if content else None


def sheets(connection: Connection, tasks: Sequence[TaskView]) -> tuple[Sheet, ...]:
    """The submissions of completed tasks, in the order they were made."""
    return tuple(sheet(connection, task) for task in tasks)


def sheet(connection: Connection, task: TaskView) -> Sheet:
    """One submission in the words of its pinned form."""
    by = task.completed_by_name or "系统"
    return Sheet(
        task=task,
        who=f"{by}（代 {task.on_behalf_of_name}）" if task.on_behalf_of_name else by,
        when=task.completed_at,
        outcome=task.outcome_label or "",
        negative=task.outcome in NEGATIVE_OUTCOMES,
        body=_body(form_of(connection, task.form_digest), task.submission or {}),
    )


def _body(form: Form | None, values: Mapping[str, Any]) -> Markup:
    return render_read_only(form, values) if form is not None else Markup("")
