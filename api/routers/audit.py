"""For auditors: event logs, bundles, checkpoints, and what the history says about cases and persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from api.dependencies import Visit, VisitOf
from api.pages.frame import AUDIT_ROLES
from api.plain_json import text_of
from api.presentation.downloads import bundle_of, download
from api.routers.paging import PageNumber
from api.schemas.common import Text
from engine.commands import MakeCheckpoint
from engine.history.checkpoints import checkpoints_of
from engine.mining.exports import ENDINGS, MEDIA_TYPES, LogFormat, event_log
from engine.mining.selection import Selection
from engine.queries import audit
from engine.queries.case import case_view
from engine.queries.page import Page

router = APIRouter(tags=["审计 audit"])

Process = Annotated[Text | None, Query(description="流程标识，不写则全部")]
Since = Annotated[date | None, Query(description="发起日期不早于")]
Until = Annotated[date | None, Query(description="发起日期不晚于")]


@router.get("/event-logs", summary="事件日志 Event log for process mining", response_class=StreamingResponse)
def event_logs(
    visit: VisitOf,
    format: LogFormat = LogFormat.XES,
    process: Process = None,
    since: Since = None,
    until: Until = None,
) -> StreamingResponse:
    """本人辖区内办件的事件日志：XES（IEEE 1849）、OCEL 2.0 JSON 或 CSV。"""
    visit.require(*AUDIT_ROLES)
    chosen = Selection(process_key=process, since=since, until=until, regions=visit.viewer.prefixes)
    return download(_log(visit, chosen, format), f"anlan.{ENDINGS[format]}", MEDIA_TYPES[format])


def _log(visit: Visit, chosen: Selection, format: LogFormat) -> Iterator[bytes]:
    # Pieces are made in one thread after another, where a context of the clock could not be left again.
    with visit.engine.database.read() as connection:
        yield from event_log(connection, visit.engine.tools.definitions, chosen, format)


@router.get("/process-instances/{instance_id}/bundle", summary="办件包 Case bundle", response_class=StreamingResponse)
def case_bundle(visit: VisitOf, instance_id: str) -> StreamingResponse:
    """一个办件的历史、定义、附件、证明和核对程序。"""
    visit.require(*AUDIT_ROLES)
    return bundle_of(visit, instance_id)


@router.get("/process-instances/{instance_id}/steps/{seq}", summary="办件在某一步的样子 The case at a step")
def case_at_step(visit: VisitOf, instance_id: str, seq: int) -> Response:
    """重放到第 seq 条历史：变量、待办（交给谁）和等待的事件。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        step = audit.case_at(connection, visit.engine.tools.definitions, instance_id, seq)
    told = {name: value for name, value in vars(step).items() if name != "event"}
    return _json({**told, "tasks": [asdict(task) for task in step.tasks], "event": vars(step.event.header)})


@router.get("/process-instances/{instance_id}/fields", summary="字段的变化 The life of a field")
def field_life(visit: VisitOf, instance_id: str, path: Text = "") -> Response:
    """一个字段（或一个名称之下全部字段）从前到后的每次变化。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        return _json([asdict(change) for change in audit.life_of_field(connection, instance_id, path)])


@router.get("/persons/{person_id}/acts", summary="一个人的全部操作 All acts of a person")
def person_acts(visit: VisitOf, person_id: str, page: PageNumber = 1) -> Response:
    """本人所为，以及别人代其所为，新的在前。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        return _page(audit.acts_of(connection, visit.viewer, person_id, page))


@router.get("/interventions", summary="人工干预 Operator interventions")
def all_interventions(visit: VisitOf, page: PageNumber = 1) -> Response:
    """系统管理员对办件的移动、迁移、挂起、终止和对停滞点的处理，新的在前。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        return _page(audit.interventions(connection, visit.viewer, page))


@router.get("/checkpoints", summary="检查点 Checkpoints")
def list_checkpoints(visit: VisitOf) -> list[str]:
    """全部检查点的文本，旧的在前，可以另行保存。"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        return [signed.file for signed in checkpoints_of(connection)]


@router.post("/checkpoints", status_code=201, summary="生成检查点 Make a checkpoint", response_class=PlainTextResponse)
def new_checkpoint(visit: VisitOf) -> PlainTextResponse:
    """对全部历史、定义和附件的摘要签名。"""
    return PlainTextResponse(visit.engine.execute(MakeCheckpoint(actor=visit.actor)), status_code=201)


def _page(found: Page[audit.Act]) -> Response:
    items: Sequence[dict[str, Any]] = [asdict(item) for item in found.items]
    return _json({"items": items, "total": found.total, "page": found.number, "pages": found.pages})


def _json(content: Any) -> Response:
    return Response(text_of(content), media_type="application/json")
