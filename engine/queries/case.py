"""One case and one task, as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from engine.cases.incidents import is_standing
from engine.definitions import DefinitionCache, load_blob
from engine.errors import NotFound
from engine.model import (
    PENDING,
    Attachment,
    Bundle,
    EventSubscription,
    Incident,
    OrgUnit,
    Person,
    ProcessDefinition,
    ProcessInstance,
    TaskDraft,
    TaskStatus,
    UserTask,
)
from engine.offices.roles import ROLES
from engine.queries.viewer import Viewer
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """A user task with the names people know it by."""

    id: str
    instance_id: str
    token_id: str
    activity_id: str
    name: str
    role: str | None
    role_name: str
    unit_code: str | None
    unit_name: str
    status: str
    assignee_id: str | None
    opened_at: datetime
    due_at: datetime | None
    form_digest: str | None
    inputs: Mapping[str, Any]
    item: Any
    submission: Mapping[str, Any] | None
    outcome: str | None
    outcome_label: str | None
    completed_at: datetime | None
    completed_by: str | None
    completed_by_name: str | None
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    #: of a task added to another person's task: that task, and why
    parent_id: str | None = None
    signing: str | None = None
    assignee_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class WaitView:
    """Something the case waits for that is no person's task."""

    wait_id: str
    kind: str
    element_id: str
    name: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    """Where the case has stopped because nothing catches an error."""

    id: str
    element_id: str
    name: str
    code: str
    message: str
    opened_at: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case with everything its page shows, but for the history."""

    id: str
    number: str
    title: str
    status: str
    result: str | None
    revision: int
    region_code: str
    region_name: str
    project_id: str | None
    definition_id: str
    process_key: str
    process_name: str
    process_version: int
    policy_id: str | None
    started_by: str
    started_by_name: str
    started_at: datetime
    ended_at: datetime | None
    tasks: tuple[TaskView, ...]
    waits: tuple[WaitView, ...]
    incidents: tuple[IncidentView, ...] = ()

    @property
    def open_tasks(self) -> tuple[TaskView, ...]:
        """What people are doing now."""
        return tuple(task for task in self.tasks if task.status == TaskStatus.CREATED)

    def signers_of(self, task_id: str) -> tuple[TaskView, ...]:
        """The tasks that were added to a task and are not done yet."""
        return tuple(task for task in self.tasks if task.parent_id == task_id and task.status in PENDING)

    @property
    def completed_tasks(self) -> tuple[TaskView, ...]:
        """What people have done, in that order."""
        done = [task for task in self.tasks if task.status in (TaskStatus.COMPLETED, TaskStatus.SUBMITTED)]
        return tuple(sorted(done, key=lambda task: task.completed_at or task.opened_at))


def case_view(connection: Connection, viewer: Viewer, instance_id: str) -> CaseView:
    """A case; one outside the viewer's scope is not found."""
    row = _instance(connection, viewer, instance_id)
    return CaseView(
        id=row.id,
        number=row.number,
        title=row.title,
        status=row.status,
        result=row.result,
        revision=row.revision,
        region_code=row.region_code,
        region_name=row.region_name or "",
        project_id=row.project_id,
        definition_id=row.definition_id,
        process_key=row.process_key,
        process_name=row.process_name,
        process_version=row.process_version,
        policy_id=row.policy_id,
        started_by=row.started_by,
        started_by_name=row.started_by_name or "系统",
        started_at=row.started_at,
        ended_at=row.ended_at,
        tasks=_tasks(connection, instance_id),
        waits=_waits(connection, instance_id),
        incidents=_incidents(connection, instance_id),
    )


def _instance(connection: Connection, viewer: Viewer, instance_id: str) -> AnyRow:
    row = connection.execute(
        select(
            ProcessInstance,
            ProcessDefinition.key.label("process_key"),
            ProcessDefinition.name.label("process_name"),
            ProcessDefinition.version.label("process_version"),
            OrgUnit.name.label("region_name"),
            Person.name.label("started_by_name"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(OrgUnit, OrgUnit.code == ProcessInstance.region_code)
        .outerjoin(Person, Person.id == ProcessInstance.started_by)
        .where(ProcessInstance.id == instance_id, viewer.readable_condition())
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这个办件，它可能不属于您的辖区。", instance=instance_id)
    return row


def _tasks(connection: Connection, instance_id: str) -> tuple[TaskView, ...]:
    completer, principal, assignee = aliased(Person), aliased(Person), aliased(Person)
    rows = connection.execute(
        select(
            UserTask,
            OrgUnit.name.label("unit_name"),
            assignee.name.label("assignee_name"),
            completer.name.label("completed_by_name"),
            principal.name.label("on_behalf_of_name"),
        )
        .outerjoin(OrgUnit, OrgUnit.code == UserTask.unit_code)
        .outerjoin(completer, completer.id == UserTask.completed_by)
        .outerjoin(principal, principal.id == UserTask.on_behalf_of)
        .outerjoin(assignee, assignee.id == UserTask.assignee_id)
        .where(UserTask.instance_id == instance_id)
        .order_by(UserTask.opened_seq, UserTask.opened_at, UserTask.id)
    )
    return tuple(_task_view(row) for row in rows)


def _task_view(row: AnyRow) -> TaskView:
    return TaskView(
        id=row.id,
        instance_id=row.instance_id,
        token_id=row.token_id,
        activity_id=row.activity_id,
        name=row.name,
        role=row.role,
        role_name=ROLES[row.role].name if row.role in ROLES else (row.role or ""),
        unit_code=row.unit_code,
        unit_name=row.unit_name or "",
        status=row.status,
        assignee_id=row.assignee_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        form_digest=row.form_digest,
        inputs=row.inputs,
        item=row.item,
        submission=row.submission,
        outcome=row.outcome,
        outcome_label=row.outcome_label,
        completed_at=row.completed_at,
        completed_by=row.completed_by,
        completed_by_name=row.completed_by_name,
        on_behalf_of=row.on_behalf_of,
        on_behalf_of_name=row.on_behalf_of_name,
        parent_id=row.parent_id,
        signing=row.signing,
        assignee_name=row.assignee_name,
    )


def _waits(connection: Connection, instance_id: str) -> tuple[WaitView, ...]:
    rows = connection.execute(
        select(EventSubscription)
        .where(EventSubscription.instance_id == instance_id)
        .order_by(EventSubscription.due_at, EventSubscription.wait_id)
    )
    return tuple(
        WaitView(wait_id=row.wait_id, kind=row.kind, element_id=row.element_id, name=row.name, due_at=row.due_at)
        for row in rows
    )


def _incidents(connection: Connection, instance_id: str) -> tuple[IncidentView, ...]:
    rows = connection.execute(
        select(Incident)
        .where(Incident.instance_id == instance_id, is_standing())
        .order_by(Incident.opened_seq, Incident.id)
    )
    return tuple(
        IncidentView(
            id=row.id,
            element_id=row.element_id,
            name=row.name,
            code=row.code,
            message=row.message,
            opened_at=row.opened_at,
            attempts=row.attempts,
        )
        for row in rows
    )


def case_of_task(connection: Connection, viewer: Viewer, task_id: str) -> tuple[CaseView, TaskView]:
    """A task and its case; one outside the viewer's scope is not found."""
    instance_id = connection.scalar(select(UserTask.instance_id).where(UserTask.id == task_id))
    if instance_id is None:
        raise NotFound("没有找到这项待办。", task=task_id)
    case = case_view(connection, viewer, instance_id)
    return case, next(task for task in case.tasks if task.id == task_id)


def draft_of(connection: Connection, task_id: str, person_id: str) -> Mapping[str, Any] | None:
    """What a person has typed into a task's form so far."""
    draft: Mapping[str, Any] | None = connection.scalar(
        select(TaskDraft.submission).where(TaskDraft.task_id == task_id, TaskDraft.person_id == person_id)
    )
    return draft


def form_content(connection: Connection, digest: str | None) -> bytes | None:
    """The pinned form of a task."""
    return load_blob(connection, digest) if digest else None


def diagram_content(connection: Connection, instance_id: str) -> bytes:
    """The diagram a case is pinned to."""
    digest = connection.execute(
        select(Bundle.content)
        .join(ProcessInstance, ProcessInstance.bundle_digest == Bundle.digest)
        .where(ProcessInstance.id == instance_id)
    ).scalar_one()["diagram"]
    return load_blob(connection, digest)


def element_names(connection: Connection, definitions: DefinitionCache, instance_id: str) -> Mapping[str, str]:
    """What the elements of a case's pinned diagram are called, by id."""
    digest = connection.execute(
        select(ProcessInstance.bundle_digest).where(ProcessInstance.id == instance_id)
    ).scalar_one()
    return definitions.bundle(connection, digest).names


def attachments_in_case(connection: Connection, instance_id: str) -> tuple[AnyRow, ...]:
    """The documents of a case, in the order they came; the caller has checked that it may be read."""
    return tuple(
        connection.execute(
            select(Attachment, Person.name.label("uploaded_by_name"))
            .outerjoin(Person, Person.id == Attachment.uploaded_by)
            .where(Attachment.instance_id == instance_id)
            .order_by(Attachment.uploaded_at, Attachment.id)
        )
    )


def attachment_view(connection: Connection, viewer: Viewer, attachment_id: str) -> AnyRow:
    """An attachment the viewer uploaded, or one of a case the viewer may read."""
    row = connection.execute(select(Attachment).where(Attachment.id == attachment_id)).one_or_none()
    if row is None:
        raise NotFound("没有找到这个附件。", attachment=attachment_id)
    if row.uploaded_by != viewer.person_id or row.instance_id is not None:
        if row.instance_id is None:
            raise NotFound("没有找到这个附件。", attachment=attachment_id)
        _instance(connection, viewer, row.instance_id)
    return row


def attachments_of(connection: Connection, ids: set[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of attachments by id, for rendering a form again; scope was checked when they were named."""
    rows = connection.execute(select(Attachment).where(Attachment.id.in_(ids)))
    return {
        row.id: {
            "id": row.id,
            "name": row.name,
            "sha256": row.digest,
            "size": row.size,
            "media_type": row.media_type,
        }
        for row in rows
    }
