"""What a task's form needs to be shown: the pinned form, and all that its conditions may read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.attachments import attachments_in
from engine.cases.case import Case, load_task
from engine.cases.signing import OPINIONS
from engine.commands import Actor
from engine.definitions import load_blob
from engine.handlers.user_task import form_context
from engine.interpreter import Activity, Outcome
from engine.ports import FormTask
from engine.unit_of_work import Tools, UnitOfWork


class TaskFormQuery:
    """Reads for one task as one person sees it. The unit of work is only read from."""

    def __init__(self, connection: Connection, tools: Tools, now: datetime, actor: Actor, task_id: str) -> None:
        self._work = UnitOfWork(connection=connection, now=now, actor=actor, tools=tools, seed="")
        self._task = load_task(self._work, task_id)
        self._case = Case.load(self._work, self._task.instance_id)

    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways in which the task may be completed."""
        return OPINIONS if self._added else self._activity.outcomes

    @property
    def _added(self) -> bool:
        return self._task.parent_id is not None

    @property
    def _activity(self) -> Activity:
        return self._case.bundle.specification.activities[self._task.activity_id]

    def form_task(self) -> FormTask:
        """The same that a completion would give to the form port."""
        digest = self._task.form_digest
        return FormTask(
            form=load_blob(self._work.connection, digest) if digest else b"",
            inputs=self._task.inputs,
            rights={} if self._added else self._activity.field_rights,
            context=form_context(self._case, self._task),
        )

    def attachments(self, submission: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        """The facts of the documents a submission names, as far as this person may use them in this case."""
        return attachments_in(self._work, self._case.row.id, submission)
