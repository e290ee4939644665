"""Decision tables and forms as they were deployed, and what processes are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.definitions import load_blob
from engine.errors import NotFound
from engine.model import Deployment, Person, ProcessDefinition, Resource


@dataclass(frozen=True, kw_only=True)
class ResourceItem:
    """One version of a decision table or a form."""

    key: str
    version: int
    digest: str
    deployed_at: datetime
    deployed_by_name: str


def resources(connection: Connection, kind: str) -> tuple[ResourceItem, ...]:
    """Every version of every resource of a kind, newest versions first."""
    rows = connection.execute(
        select(Resource.key, Resource.version, Resource.digest, Deployment.deployed_at, Person.name)
        .join(Deployment, Deployment.id == Resource.deployment_id)
        .outerjoin(Person, Person.id == Deployment.deployed_by)
        .where(Resource.kind == kind)
        .order_by(Resource.key, Resource.version.desc())
    )
    return tuple(
        ResourceItem(
            key=row.key,
            version=row.version,
            digest=row.digest,
            deployed_at=row.deployed_at,
            deployed_by_name=row.name or "系统",
        )
        for row in rows
    )


def resource_content(connection: Connection, kind: str, key: str, version: int | None = None) -> bytes:
    """The bytes of a version, or of the newest one."""
    statement = select(Resource.digest).where(Resource.kind == kind, Resource.key == key)
    if version is not None:
        statement = statement.where(Resource.version == version)
    digest = connection.scalar(statement.order_by(Resource.version.desc()).limit(1))
    if digest is None:
        raise NotFound(f"没有找到“{key}”，或者没有这个版本。", key=key)
    return load_blob(connection, digest)


def process_names(connection: Connection) -> Mapping[str, str]:
    """What each process is called in its newest version."""
    newest = select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
    last = newest.group_by(ProcessDefinition.key).subquery()
    rows = connection.execute(
        select(ProcessDefinition.key, ProcessDefinition.name).join(
            last, (ProcessDefinition.key == last.c.key) & (ProcessDefinition.version == last.c.version)
        )
    )
    return {row.key: row.name for row in rows}
