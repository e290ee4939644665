"""Exports as people read about them, and their files."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import StreamingResponse

from api.dependencies import Visit
from api.presentation.dates import write_date
from api.presentation.downloads import download
from engine.errors import NotFound
from engine.model import ExportContent, ExportStatus
from engine.queries.exports import ExportLine, digest_of_export, export_line

CONTENTS: Mapping[ExportContent, str] = {
    ExportContent.CSV: "事件日志（CSV，可用表格软件打开）",
    ExportContent.XES: "事件日志（XES，流程挖掘）",
    ExportContent.OCEL: "事件日志（OCEL 2.0，流程挖掘）",
    ExportContent.BUNDLES: "办件包（可独立核对）",
}
STATUSES: Mapping[ExportStatus, str] = {
    ExportStatus.WAITING: "正在制作",
    ExportStatus.READY: "可下载",
    ExportStatus.FAILED: "没有做成",
    ExportStatus.EXPIRED: "已过期删除",
}
COLOURS: Mapping[ExportStatus, str] = {
    ExportStatus.WAITING: "blue",
    ExportStatus.READY: "green",
    ExportStatus.FAILED: "red",
    ExportStatus.EXPIRED: "amber",
}
_FILES: Mapping[ExportContent, tuple[str, str]] = {
    ExportContent.CSV: ("csv", "text/csv"),
    ExportContent.XES: ("xes", "application/xml"),
    ExportContent.OCEL: ("jsonocel", "application/json"),
    ExportContent.BUNDLES: ("zip", "application/zip"),
}


def selection_of(line: ExportLine) -> str:
    """Which cases are in it, in words."""
    process = line.process_name or line.process_key or "全部流程"
    if line.since is None and line.until is None:
        return process
    since, until = write_date(line.since), write_date(line.until)
    days = f"{since} 至 {until}" if since and until else f"{since}以后" if since else f"{until}以前"
    return f"{process}，{days}发起"


def size_of(size: int | None) -> str:
    """A size as people say it."""
    if size is None:
        return ""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size / 1024, 0.1):.1f} KB"


def file_of(visit: Visit, export_id: str) -> StreamingResponse:
    """The file of an export; whether it is there is known before the first byte is sent."""
    store = visit.engine.tools.attachments
    with visit.reading() as connection:
        line = export_line(connection, visit.viewer, export_id)
        digest = digest_of_export(connection, visit.viewer, export_id)
    if store is None:
        raise NotFound("没有找到这份导出。")
    ending, media_type = _FILES[line.content]
    try:
        return download(store.pieces(digest), f"anlan-{line.asked_at:%Y%m%d}-{line.id[:8]}.{ending}", media_type)
    except FileNotFoundError as error:
        raise NotFound("这份导出的文件已经不在了，请重新导出。", export=export_id) from error
