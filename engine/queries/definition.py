"""Process definitions, their versions and drafts, for designers and for those who start cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from engine.definitions import load_blob
from engine.errors import NotFound
from engine.model import (
    RUNNING,
    Deployment,
    DiagramDraft,
    Person,
    ProcessDefinition,
    ProcessInstance,
    StartSubscription,
)
from engine.queries.viewer import Viewer
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class StartView:
    """What starts a process by itself."""

    element_id: str
    kind: str
    #: of the message or signal
    name: str
    #: of a timer: when it starts the next case
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DefinitionItem:
    """One version of a process."""

    id: str
    key: str
    version: int
    name: str
    deployed_at: datetime
    deployed_by_name: str
    note: str
    #: cases of this version that are still running
    running: int
    #: only the newest version starts by itself
    starts: tuple[StartView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Startable:
    """A process the viewer may start, and in which units."""

    key: str
    name: str
    needs_project: bool
    units: tuple[tuple[str, str], ...]


def definitions(connection: Connection) -> tuple[DefinitionItem, ...]:
    """Every version of every process, newest versions first."""
    running = (
        select(ProcessInstance.definition_id, func.count().label("running"))
        .where(ProcessInstance.status.in_(RUNNING))
        .group_by(ProcessInstance.definition_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            ProcessDefinition,
            Deployment.deployed_at,
            Deployment.note,
            Person.name.label("deployed_by_name"),
            running.c.running,
        )
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .outerjoin(Person, Person.id == Deployment.deployed_by)
        .outerjoin(running, running.c.definition_id == ProcessDefinition.id)
        .order_by(ProcessDefinition.key, ProcessDefinition.version.desc())
    )
    starts = _starts(connection)
    return tuple(_item(row, starts.get(row.id, ())) for row in rows)


def _starts(connection: Connection) -> dict[str, tuple[StartView, ...]]:
    rows = connection.execute(select(StartSubscription).order_by(StartSubscription.element_id))
    found: dict[str, tuple[StartView, ...]] = {}
    for row in rows:
        view = StartView(element_id=row.element_id, kind=row.kind, name=row.name, due_at=row.due_at)
        found[row.definition_id] = (*found.get(row.definition_id, ()), view)
    return found


def _item(row: AnyRow, starts: tuple[StartView, ...]) -> DefinitionItem:
    return DefinitionItem(
        id=row.id,
        key=row.key,
        version=row.version,
        name=row.name,
        deployed_at=row.deployed_at,
        deployed_by_name=row.deployed_by_name or "系统",
        note=row.note,
        running=row.running or 0,
        starts=starts,
    )


def definition_diagram(connection: Connection, key: str, version: int) -> bytes:
    """The diagram of one version."""
    digest = connection.scalar(
        select(ProcessDefinition.digest).where(ProcessDefinition.key == key, ProcessDefinition.version == version)
    )
    if digest is None:
        raise NotFound(f"没有流程“{key}”的第 {version} 版。", key=key, version=version)
    return load_blob(connection, digest)


def draft(connection: Connection, key: str) -> Mapping[str, Any] | None:
    """A designer's draft: its content, when and by whom it was saved."""
    row = connection.execute(
        select(DiagramDraft, Person.name.label("saved_by_name"))
        .outerjoin(Person, Person.id == DiagramDraft.saved_by)
        .where(DiagramDraft.key == key)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def drafts(connection: Connection) -> tuple[str, ...]:
    """The keys that have a draft."""
    return tuple(connection.scalars(select(DiagramDraft.key).order_by(DiagramDraft.key)))


@dataclass(frozen=True, kw_only=True)
class ProjectProcess:
    """A process whose cases belong to a project, and who begins it."""

    key: str
    name: str
    start_roles: tuple[str, ...]


def project_processes(connection: Connection) -> tuple[ProjectProcess, ...]:
    """The newest version of every process of projects."""
    return tuple(
        ProjectProcess(key=row.key, name=row.name, start_roles=tuple(row.start_roles))
        for row in _newest(connection)
        if row.needs_project
    )


def _newest(connection: Connection) -> tuple[AnyRow, ...]:
    newest: dict[str, AnyRow] = {}
    for row in connection.execute(select(ProcessDefinition).order_by(ProcessDefinition.key, ProcessDefinition.version)):
        newest[row.key] = row
    return tuple(newest.values())


def startable(connection: Connection, viewer: Viewer) -> tuple[Startable, ...]:
    """The processes the viewer may start by one of the positions held, newest version of each."""
    found = []
    for row in _newest(connection):
        units = {held.unit_code: held.unit_name for held in viewer.positions if held.role in row.start_roles}
        if units:
            found.append(
                Startable(key=row.key, name=row.name, needs_project=row.needs_project, units=tuple(units.items()))
            )
    return tuple(found)
