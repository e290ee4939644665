"""Exports: what is asked for, and what becomes of it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Received, Shown, Text
from engine.model import ExportContent, ExportStatus


class Wish(Received):
    """What is to be exported."""

    content: ExportContent = Field(description="xes、ocel、csv 为事件日志，bundles 为办件包")
    process: Text | None = Field(default=None, description="流程标识，不写则全部")
    since: date | None = Field(default=None, description="发起日期不早于")
    until: date | None = Field(default=None, description="发起日期不晚于")


class ExportShown(Shown):
    """An export."""

    id: str
    content: ExportContent
    process_key: str | None
    since: date | None
    until: date | None
    asked_at: datetime
    status: ExportStatus = Field(description="waiting 等待，ready 可下载，failed 没有做成，expired 已过期删除")
    cases: int | None = Field(description="其中的办件数")
    size: int | None = Field(description="文件的字节数")
    error: str | None
    kept_until: datetime | None = Field(description="文件保留到什么时候")
