"""导出: what an auditor has had made, and what may be asked for."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.dependencies import FormOf, VisitOf
from api.pages.frame import AUDIT_ROLES, redirect
from api.pages.frame import page as page_of
from api.presentation.exports import COLOURS, CONTENTS, STATUSES, file_of, selection_of, size_of
from api.presentation.paging import page_number, pager
from engine.errors import Refused
from engine.exports.commands import AskExport
from engine.handlers.export import MOST_BUNDLES
from engine.model import ExportContent, ExportStatus
from engine.queries.exports import exports_of, process_names

router = APIRouter(prefix="/audit/exports", include_in_schema=False)


@router.get("")
def list_page(request: Request, visit: VisitOf, page: str = "1") -> Response:
    """导出"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        found = exports_of(connection, visit.viewer, page_number(page))
        processes = process_names(connection)
    return page_of(
        request,
        "exports.html",
        visit=visit,
        active="audit",
        lines=[(line, selection_of(line), size_of(line.size)) for line in found.items],
        waiting=any(line.status is ExportStatus.WAITING for line in found.items),
        contents=CONTENTS,
        statuses=STATUSES,
        colours=COLOURS,
        processes=processes,
        most=f"{MOST_BUNDLES:,}",
        pager=pager(found, "/audit/exports", ""),
    )


@router.post("")
def ask(visit: VisitOf, form: FormOf) -> Response:
    """要求导出"""
    visit.require(*AUDIT_ROLES)
    try:
        command = AskExport(
            actor=visit.actor,
            content=_content(form),
            process_key=_text(form, "process") or None,
            since=_day(form, "since"),
            until=_day(form, "until"),
        )
        visit.engine.execute(command)
    except Refused as refusal:
        return redirect("/audit/exports", "error", refusal.message)
    return redirect("/audit/exports", "success", "已经交给后台制作，做好以后在下面下载。")


@router.get("/{export_id}/file")
def file(visit: VisitOf, export_id: str) -> Response:
    """导出的文件"""
    visit.require(*AUDIT_ROLES)
    return file_of(visit, export_id)


def _content(form: FormData) -> ExportContent:
    try:
        return ExportContent(_text(form, "content"))
    except ValueError as error:
        raise Refused("请选择要导出的内容。") from error


def _day(form: FormData, name: str) -> date | None:
    text = _text(form, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"“{text[:20]}”不是日期，请写成 2026-03-02 的样子。") from error


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip()[:80] if isinstance(value, str) else ""
