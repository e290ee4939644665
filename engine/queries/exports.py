"""Exports that a person has asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from engine.errors import NotFound
from engine.model import Export, ExportContent, ExportStatus, ProcessDefinition
from engine.queries.page import Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class ExportLine:
    """An export as a list shows it."""

    id: str
    content: ExportContent
    process_key: str | None
    process_name: str | None
    since: date | None
    until: date | None
    asked_at: datetime
    status: ExportStatus
    cases: int | None
    size: int | None
    error: str | None
    kept_until: datetime | None


def exports_of(connection: Connection, viewer: Viewer, number: int = 1) -> Page[ExportLine]:
    """The newest first. Only whoever asked sees them: what is in them depends on that person's regions."""
    statement = (
        select(Export).where(Export.asked_by == viewer.person_id).order_by(Export.asked_at.desc(), Export.id.desc())
    )
    rows, total = page_of(connection, statement, number)
    names = process_names(connection)
    return Page(items=[_line(row, names) for row in rows], total=total, number=number)


def export_line(connection: Connection, viewer: Viewer, export_id: str) -> ExportLine:
    """One of them; raises `NotFound`."""
    return _line(_row(connection, viewer, export_id), process_names(connection))


def digest_of_export(connection: Connection, viewer: Viewer, export_id: str) -> str:
    """Under which digest its file is stored; raises `NotFound` where there is none that the person may read now."""
    row = _row(connection, viewer, export_id)
    if row.status != ExportStatus.READY:
        raise NotFound("这份导出还没有做好，或者已经过期删除。", export=export_id)
    if not all(viewer.may_read_region(region) for region in row.regions.split()):
        raise NotFound("导出时的辖区与您现在的辖区不同，请重新导出。", export=export_id)
    return str(row.digest)


def process_names(connection: Connection) -> Mapping[str, str]:
    """The name of every process in its newest version, by key."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    same = (ProcessDefinition.key == newest.c.key) & (ProcessDefinition.version == newest.c.version)
    rows = connection.execute(
        select(ProcessDefinition.key, ProcessDefinition.name).join(newest, same).order_by(ProcessDefinition.key)
    )
    return {row.key: row.name for row in rows}


def _row(connection: Connection, viewer: Viewer, export_id: str) -> AnyRow:
    mine = select(Export).where(Export.id == export_id, Export.asked_by == viewer.person_id)
    row = connection.execute(mine).one_or_none()
    if row is None:
        raise NotFound("没有找到这份导出。", export=export_id)
    return row


def _line(row: AnyRow, names: Mapping[str, str]) -> ExportLine:
    return ExportLine(
        id=row.id,
        content=ExportContent(row.content),
        process_key=row.process_key,
        process_name=names.get(row.process_key or ""),
        since=row.since,
        until=row.until,
        asked_at=row.asked_at,
        status=ExportStatus(row.status),
        cases=row.cases,
        size=row.size,
        error=row.error,
        kept_until=row.kept_until,
    )
