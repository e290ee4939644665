"""The walker's way in by the engine's own commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import func, select

from api.demo.form_filling import fill
from api.demo.walker import OpenTask
from engine.commands import Actor, CompleteTask, StartProcess, StoreAttachment
from engine.jobs.timers import fire_due_timers
from engine.model import EventSubscription, ProcessInstance, TaskStatus, UserTask
from engine.ports import FormTask
from engine.process_engine import ProcessEngine
from engine.queries.task_form import TaskFormQuery


class EngineDesk:
    """Acts in the demo persons' names on one engine."""

    def __init__(self, engine: ProcessEngine, *, first_serial: int = 1) -> None:
        self._engine = engine
        #: numbers that must be unique, such as those of invoices and vouchers
        self._serials = count(first_serial)

    def start(self, person: str, process_key: str, *, region_code: str | None, project_id: str | None) -> str:
        """Start a case and return its id."""
        command = StartProcess(
            actor=Actor(person_id=person), process_key=process_key, region_code=region_code, project_id=project_id
        )
        return self._engine.execute(command).instance_id

    def open_tasks(self, case_id: str) -> Sequence[OpenTask]:
        """What people could do now."""
        with self._engine.database.read() as connection:
            rows = connection.execute(
                select(UserTask)
                .where(UserTask.instance_id == case_id, UserTask.status == TaskStatus.CREATED)
                .order_by(UserTask.opened_seq, UserTask.activity_id, UserTask.id)
            )
            return [
                OpenTask(
                    id=row.id,
                    activity_id=row.activity_id,
                    name=row.name,
                    role=row.role or "",
                    unit_code=row.unit_code or "",
                )
                for row in rows
            ]

    def outcomes(self, person: str, task: OpenTask) -> Sequence[str]:
        """The outcomes of the task's activity."""
        with self._engine.database.read() as connection:
            digest = connection.scalar(
                select(ProcessInstance.bundle_digest)
                .join(UserTask, UserTask.instance_id == ProcessInstance.id)
                .where(UserTask.id == task.id)
            )
            bundle = self._engine.tools.definitions.bundle(connection, digest or "")
        return [outcome.key for outcome in bundle.specification.activities[task.activity_id].outcomes]

    def sample(self, person: str, task: OpenTask, outcome: str | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """A submission that the task's form accepts."""

        def upload(name: str, content: bytes) -> str:
            command = StoreAttachment(actor=Actor(person_id=person), name=name, content=content)
            return self._engine.execute(command).id

        now = self._engine.clock.now()
        form_task = self._form_task(person, task, now)
        return fill(form_task, outcome, values, upload, now=now, serial=next(self._serials))

    def _form_task(self, person: str, task: OpenTask, now: datetime) -> FormTask:
        with self._engine.database.read() as connection:
            query = TaskFormQuery(connection, self._engine.tools, now, Actor(person_id=person), task.id)
            return query.form_task()

    def complete(self, person: str, task: OpenTask, outcome: str | None, submission: Mapping[str, Any]) -> None:
        """Submit the task's form."""
        actor = Actor(person_id=person)
        self._engine.execute(CompleteTask(actor=actor, task_id=task.id, outcome=outcome, submission=submission))

    def result_of(self, case_id: str) -> str | None:
        """How a case has ended; None while it runs."""
        with self._engine.database.read() as connection:
            return connection.scalar(select(ProcessInstance.result).where(ProcessInstance.id == case_id))

    def project_of(self, case_id: str) -> str | None:
        """The project a case belongs to or has made."""
        with self._engine.database.read() as connection:
            return connection.scalar(select(ProcessInstance.project_id).where(ProcessInstance.id == case_id))

    def next_due(self, case_id: str) -> datetime | None:
        """When the case's next timer is due."""
        with self._engine.database.read() as connection:
            return connection.scalar(
                select(func.min(EventSubscription.due_at)).where(
                    EventSubscription.instance_id == case_id, EventSubscription.kind == "timer"
                )
            )

    def fire_due_timers(self) -> int:
        """Fire every timer that is due and tell how many there were."""
        return fire_due_timers(self._engine)
