"""Exports that are made in the background."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from api.dependencies import VisitOf
from api.pages.frame import AUDIT_ROLES
from api.presentation.exports import file_of
from api.routers.paging import PageNumber
from api.schemas.common import Page, page_of
from api.schemas.exports import ExportShown, Wish
from engine.exports.commands import AskExport
from engine.queries.exports import export_line, exports_of

router = APIRouter(prefix="/exports", tags=["审计 audit"])


@router.post("", status_code=202, summary="要求导出 Ask for an export")
def ask(visit: VisitOf, wish: Wish) -> ExportShown:
    """后台制作本人辖区内办件的事件日志或办件包；做好以后可以下载 7 天。"""
    visit.require(*AUDIT_ROLES)
    export_id = visit.engine.execute(
        AskExport(actor=visit.actor, content=wish.content, process_key=wish.process, since=wish.since, until=wish.until)
    )
    return _shown(visit, export_id)


@router.get("", summary="本人的导出 My exports")
def mine(visit: VisitOf, page: PageNumber = 1) -> Page[ExportShown]:
    """新的在前。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        return page_of(exports_of(connection, visit.viewer, page), ExportShown)


@router.get("/{export_id}", summary="一份导出 An export")
def one(visit: VisitOf, export_id: str) -> ExportShown:
    """做好了没有，或者为什么没有做成。"""
    visit.require(*AUDIT_ROLES)
    return _shown(visit, export_id)


@router.get("/{export_id}/file", summary="导出的文件 The file of an export", response_class=StreamingResponse)
def file(visit: VisitOf, export_id: str) -> StreamingResponse:
    """只有要求导出的人可以下载，辖区须与导出时相同。"""
    visit.require(*AUDIT_ROLES)
    return file_of(visit, export_id)


def _shown(visit: VisitOf, export_id: str) -> ExportShown:
    with visit.reading() as connection:
        return ExportShown.model_validate(export_line(connection, visit.viewer, export_id))
