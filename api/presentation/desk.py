"""A task on somebody's desk: the case it belongs to, its form, and what its page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from markupsafe import Markup
from sqlalchemy import Connection

from api.dependencies import Visit
from api.presentation.acting import Acting, acting_on
from api.presentation.corrections import Correction, correction_of
from api.presentation.dates import DueBadge, due_badge
from api.presentation.marks import Marks, marks_of
from api.presentation.offers import TaskOffer, case_offer, task_offer
from api.presentation.submissions import Sheet, sheets
from api.presentation.tasks import task_address
from api.presentation.timeline import Entry, timeline
from engine.commands import Actor, Command
from engine.errors import FieldProblem
from engine.interpreter import Outcome
from engine.model import InstanceStatus, TaskStatus
from engine.offices.organisation import person_name
from engine.ports import FormTask
from engine.queries.case import CaseView, TaskView, case_of_task, draft_of
from engine.queries.history import HistoryItem, history_of, replay_steps
from engine.queries.task_form import TaskFormQuery
from forms import library
from forms.composition import OUTCOME
from forms.definition import Form
from forms.rendering import render
from forms.views import Links

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything the page needs, read at one moment."""

    visit: Visit
    #: open as long as the desk is: conditions of a form may ask for a decision table
    connection: Connection
    case: CaseView
    task: TaskView
    acting: Acting

    @property
    def actor(self) -> Actor:
        """In whose name the page acts."""
        return self.visit.acting_for(self.acting.on_behalf_of)

    @property
    def address(self) -> str:
        """This page."""
        return task_address(self.task.id, self.acting.on_behalf_of)

    @property
    def badge(self) -> DueBadge | None:
        """How urgent it is."""
        return due_badge(self.task.due_at, self.visit.now) if self.task.status == TaskStatus.CREATED else None

    @cached_property
    def draft(self) -> Mapping[str, Any] | None:
        """What was typed and kept earlier."""
        return draft_of(self.connection, self.task.id, self.visit.viewer.person_id)

    @cached_property
    def correction(self) -> Correction | None:
        """By whom and why the task was sent back, if it was."""
        return correction_of(self.case, self.task, self._events)

    @cached_property
    def offer(self) -> TaskOffer:
        """What may be done with the task beside completing it."""
        if not self.acting.may:
            return TaskOffer()
        return task_offer(self.connection, self.visit, self.case, self.task, self.acting.on_behalf_of)

    @property
    def signers(self) -> tuple[TaskView, ...]:
        """Who was asked to sign or to work on it and has not answered yet."""
        return self.case.signers_of(self.task.id)

    @property
    def may_remove_signers(self) -> bool:
        """Whether the viewer is the one who asked them."""
        return self.task.assignee_id == (self.acting.on_behalf_of or self.visit.viewer.person_id)

    @cached_property
    def recallable(self) -> bool:
        """Whether the viewer has done the task and could take it back."""
        mine = self.visit.viewer.person_id in (self.task.completed_by, self.task.on_behalf_of)
        return mine and any(task.id == self.task.id for task in self._recallable)

    @property
    def _recallable(self) -> tuple[TaskView, ...]:
        return case_offer(self.connection, self.visit, self.case).recallable

    @cached_property
    def earlier(self) -> tuple[Sheet, ...]:
        """What was submitted up to this task, itself included when it is done; the newest first."""
        done = self.case.completed_tasks
        until = self.task.completed_at
        return sheets(
            self.connection, [task for task in done if not until or (task.completed_at or until) <= until][::-1]
        )

    @cached_property
    def timeline(self) -> tuple[Entry, ...]:
        """The history in words."""
        return timeline(self.case, self._events, self.visit.now)

    @cached_property
    def marks(self) -> Marks:
        """Where the case stands on its diagram."""
        return marks_of(replay_steps(self._events), self.task.activity_id)

    @cached_property
    def _events(self) -> tuple[HistoryItem, ...]:
        return history_of(self.connection, self.case.id)

    @cached_property
    def _query(self) -> TaskFormQuery:
        visit = self.visit
        return TaskFormQuery(self.connection, visit.engine.tools, visit.now, visit.actor, self.task.id)

    @cached_property
    def form_task(self) -> FormTask | None:
        """The form with its inputs and rights, for whoever may fill it in now."""
        return self._query.form_task() if self.acting.may else None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways in which the task may be completed."""
        return self._query.outcomes()

    @cached_property
    def form(self) -> Form | None:
        """The pinned form, if the task has one."""
        return library.parsed(self.form_task.form) if self.form_task and self.form_task.form else None

    @property
    def has_outcomes(self) -> bool:
        """Whether the form asks for one of the task's outcomes."""
        return self.form is not None and OUTCOME in self.form.fields

    def execute(self, command: Command[R]) -> R:
        """Carry a command out."""
        return self.visit.engine.execute(command)

    def render(self, values: Mapping[str, Any] | None = None, problems: Sequence[FieldProblem] = ()) -> Markup:
        """The content of the form: as typed, as drafted, as it was sent back, or as it opens."""
        if self.form is None or self.form_task is None:
            return Markup("")
        shown = values if values is not None else self.draft
        if shown is None and self.correction is not None:
            shown = self.correction.values
        return render(
            self.form,
            shown,
            tuple(problems),
            inputs=self.form_task.inputs,
            rights=self.form_task.rights,
            attachments=self._query.attachments(shown or {}),
            context=self.form_task.context,
            links=Links(action=self.address),
        )


@contextmanager
def desk_of(visit: Visit, task_id: str, principal: str | None) -> Iterator[Desk]:
    """Put a task that the viewer may see on the desk."""
    with visit.reading() as connection:
        case, task = case_of_task(connection, visit.viewer, task_id)
        assignee = person_name(connection, task.assignee_id) if task.assignee_id else ""
        acting = acting_on(visit.viewer, task, assignee, principal, stopped=case.status == InstanceStatus.SUSPENDED)
        yield Desk(visit=visit, connection=connection, case=case, task=task, acting=acting)
