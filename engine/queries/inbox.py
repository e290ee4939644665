"""待办, 已办 and 我发起的."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, false, func, or_, select, union_all

from engine.model import InstanceStatus, OrgUnit, Person, ProcessDefinition, ProcessInstance, TaskStatus, UserTask
from engine.queries.page import PAGE_SIZE, Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow, AnySelect


@dataclass(frozen=True, kw_only=True)
class TaskItem:
    """A line of the inbox."""

    task_id: str
    task_name: str
    instance_id: str
    number: str
    title: str
    process_name: str
    region_name: str
    opened_at: datetime
    due_at: datetime | None
    assignee_id: str | None
    assignee_name: str | None
    #: the person for whom the viewer would act under a delegation
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    completed_at: datetime | None = None
    outcome_label: str | None = None
    #: nobody acts in its case for now
    suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseItem:
    """A line of a list of cases."""

    instance_id: str
    number: str
    title: str
    process_name: str
    region_name: str
    status: str
    result: str | None
    started_at: datetime
    #: names of the steps that are open now
    open_steps: tuple[str, ...]


#: what a line tells of a task, and what says for whom it is
_TASK = (
    *(UserTask.id, UserTask.name, UserTask.instance_id, UserTask.opened_at, UserTask.due_at, UserTask.assignee_id),
    *(UserTask.completed_at, UserTask.outcome_label),
    *(UserTask.status, UserTask.parent_id, UserTask.role, UserTask.unit_code),
)
#: a line of a case does not tell where its tokens are
_CASE = tuple(column for column in ProcessInstance.__table__.columns if column.name not in ("tokens", "variables"))
_URGENT = (UserTask.due_at.is_(None), UserTask.due_at, UserTask.opened_at, UserTask.id)


def _tasks() -> AnySelect:
    return (
        select(
            *_TASK,
            ProcessInstance.number,
            ProcessInstance.title,
            ProcessInstance.status.label("case_status"),
            ProcessDefinition.name.label("process_name"),
            OrgUnit.name.label("region_name"),
            Person.name.label("assignee_name"),
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(OrgUnit, OrgUnit.code == ProcessInstance.region_code)
        .outerjoin(Person, Person.id == UserTask.assignee_id)
    )


#: built once: putting it together takes longer than looking a page of tasks up
_THESE = _tasks().where(UserTask.id.in_(bindparam("ids", expanding=True)))


def _matching(search: str | None) -> ColumnElement[bool] | None:
    if not search or not search.strip():
        return None
    text = search.strip()
    return or_(
        ProcessInstance.number.contains(text, autoescape=True),
        ProcessInstance.title.contains(text, autoescape=True),
        UserTask.name.contains(text, autoescape=True),
        OrgUnit.name.contains(text, autoescape=True),
    )


def _item(row: Any, viewer: Viewer) -> TaskItem:
    principal = _principal_for(row, viewer)
    return TaskItem(
        task_id=row.id,
        task_name=row.name,
        instance_id=row.instance_id,
        number=row.number,
        title=row.title,
        process_name=row.process_name,
        region_name=row.region_name or "",
        opened_at=row.opened_at,
        due_at=row.due_at,
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
        on_behalf_of=principal.person_id if principal else None,
        on_behalf_of_name=principal.name if principal else None,
        completed_at=row.completed_at,
        outcome_label=row.outcome_label,
        suspended=row.case_status == InstanceStatus.SUSPENDED,
    )


def _principal_for(row: Any, viewer: Viewer) -> Viewer | None:
    if row.status != TaskStatus.CREATED or viewer.is_candidate(row):
        return None
    return next((principal for principal in viewer.principals if principal.is_candidate(row)), None)


def _waiting_for(viewer: Viewer) -> ColumnElement[bool]:
    """Open tasks for the viewer's own positions and for those the viewer may act for."""
    conditions = []
    for person in (viewer, *viewer.principals):
        free = or_(UserTask.assignee_id.is_(None), UserTask.assignee_id == person.person_id)
        conditions += [condition & free for condition in person.candidate_conditions()]
    if len(conditions) < 2:
        return (UserTask.status == TaskStatus.CREATED) & or_(false(), *conditions)
    # Each part is found by its own index; joined by OR, a database may read all open tasks instead.
    open_tasks = [select(UserTask.id).where(UserTask.status == TaskStatus.CREATED, part) for part in conditions]
    return UserTask.id.in_(union_all(*open_tasks))


def todo(connection: Connection, viewer: Viewer, *, search: str | None = None, page: int = 1) -> Page[TaskItem]:
    """待办: open tasks of the viewer's positions that nobody else has taken, the most urgent first."""
    match = _matching(search)
    if match is not None:
        found = _tasks().where(_waiting_for(viewer), match).order_by(*_URGENT)
        rows, total = page_of(connection, found, page)
    else:
        rows, total = _first_of(connection, viewer, page), todo_count(connection, viewer)
    return Page(items=[_item(row, viewer) for row in rows], total=total, number=page)


def _first_of(connection: Connection, viewer: Viewer, page: int) -> Sequence[AnyRow]:
    """One page of an inbox; only its own tasks are looked up in other tables."""
    statement = select(UserTask.id).where(_waiting_for(viewer)).order_by(*_URGENT)
    ids = connection.scalars(statement.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)).all()
    rows = {row.id: row for row in connection.execute(_THESE, {"ids": ids})} if ids else {}
    return [rows[task_id] for task_id in ids]


def todo_count(connection: Connection, viewer: Viewer) -> int:
    """How many tasks wait in the viewer's inbox."""
    waiting = select(func.count()).where(_waiting_for(viewer))
    return connection.scalar(waiting) or 0


def done(connection: Connection, viewer: Viewer, *, search: str | None = None, page: int = 1) -> Page[TaskItem]:
    """已办: tasks the viewer has completed or returned, the newest first."""
    mine = or_(UserTask.completed_by == viewer.person_id, UserTask.on_behalf_of == viewer.person_id)
    statement = _tasks().where(UserTask.status != TaskStatus.CREATED, mine)
    match = _matching(search)
    if match is not None:
        statement = statement.where(match)
    rows, total = page_of(connection, statement.order_by(UserTask.completed_at.desc(), UserTask.id), page)
    return Page(items=[_item(row, viewer) for row in rows], total=total, number=page)


def _cases() -> AnySelect:
    return (
        select(*_CASE, ProcessDefinition.name.label("process_name"), OrgUnit.name.label("region_name"))
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(OrgUnit, OrgUnit.code == ProcessInstance.region_code)
    )


def started(connection: Connection, viewer: Viewer, *, search: str | None = None, page: int = 1) -> Page[CaseItem]:
    """我发起的: cases the viewer started, the newest first."""
    return _case_page(connection, _cases().where(ProcessInstance.started_by == viewer.person_id), search, page)


def readable_cases(
    connection: Connection, viewer: Viewer, *, search: str | None = None, page: int = 1
) -> Page[CaseItem]:
    """Every case the viewer may read."""
    return _case_page(connection, _cases().where(viewer.readable_condition()), search, page)


def cases_of_project(connection: Connection, viewer: Viewer, project_id: str) -> Page[CaseItem]:
    """The cases of a project that the viewer may read."""
    statement = _cases().where(ProcessInstance.project_id == project_id, viewer.readable_condition())
    return _case_page(connection, statement, None, 1, size=200)


def _case_page(
    connection: Connection, statement: AnySelect, search: str | None, number: int, size: int = 20
) -> Page[CaseItem]:
    if search and search.strip():
        text = search.strip()
        statement = statement.where(
            or_(
                ProcessInstance.number.contains(text, autoescape=True),
                ProcessInstance.title.contains(text, autoescape=True),
                OrgUnit.name.contains(text, autoescape=True),
            )
        )
    statement = statement.order_by(ProcessInstance.started_at.desc(), ProcessInstance.number.desc())
    rows, total = page_of(connection, statement, number, size)
    steps = _open_steps(connection, [row.id for row in rows])
    items = [
        CaseItem(
            instance_id=row.id,
            number=row.number,
            title=row.title,
            process_name=row.process_name,
            region_name=row.region_name or "",
            status=row.status,
            result=row.result,
            started_at=row.started_at,
            open_steps=steps.get(row.id, ()),
        )
        for row in rows
    ]
    return Page(items=items, total=total, number=number, size=size)


def _open_steps(connection: Connection, instance_ids: list[str]) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(
        select(UserTask.instance_id, UserTask.name)
        .where(UserTask.instance_id.in_(instance_ids), UserTask.status == TaskStatus.CREATED)
        .order_by(UserTask.opened_at, UserTask.id)
    )
    steps: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.name not in steps.get(row.instance_id, ()):
            steps[row.instance_id] = (*steps.get(row.instance_id, ()), row.name)
    return steps
