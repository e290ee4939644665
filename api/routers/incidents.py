"""Incidents of all cases: found, tried again, settled."""

from __future__ import annotations

from fastapi import APIRouter

from api import incidents as settling
from api.dependencies import Visit, VisitOf
from api.incidents import Settlement
from api.retyping import retyped
from api.routers.paging import PageNumber, Search
from api.schemas.common import Page, Text, page_of
from api.schemas.incidents import (
    IncidentInFull,
    IncidentItem,
    ResolutionOfIncident,
    Retry,
    RetryOfMany,
    Settled,
)
from engine.errors import Refused
from engine.offices.administration import ADMINISTRATOR
from engine.queries.incidents import (
    OVERSEERS,
    IncidentFilter,
    IncidentKind,
    IncidentLine,
    incident_line,
    incidents,
)
from forms.submission import from_json

router = APIRouter(prefix="/incidents", tags=["停滞点 incidents"])


@router.get("", summary="停滞点 Incidents")
def list_incidents(
    visit: VisitOf,
    process: Text = "",
    kind: IncidentKind | None = None,
    error: Text = "",
    search: Search = "",
    closed: bool = False,
    page: PageNumber = 1,
) -> Page[IncidentItem]:
    """辖区内停下来的办件；系统管理员和审计人员可以查看。error 为错误代码，search 也查错误内容，closed 为已处理的。"""
    visit.require(*OVERSEERS)
    wanted = IncidentFilter(process_key=process, kind=kind, error=error, search=search, closed=closed)
    with visit.reading() as connection:
        return page_of(incidents(connection, visit.viewer, wanted, page), IncidentItem)


@router.post("/retry", summary="一并重试 Retry many incidents")
def retry_many(visit: VisitOf, body: RetryOfMany) -> list[Settled]:
    """例如外部系统恢复以后。每个单独重试、单独记录，一个没有成功不影响别的；有一个不在辖区就全部不办。"""
    visit.require(ADMINISTRATOR)
    found = [_administered(visit, incident_id) for incident_id in dict.fromkeys(body.incident_ids)]
    return [_settled(line) for line in settling.retry_each(visit, found, body.reason)]


@router.get("/{incident_id}", summary="一个停滞点 One incident")
def read_incident(visit: VisitOf, incident_id: str) -> IncidentInFull:
    """含要发送的内容；经过见办件的历史。"""
    visit.require(*OVERSEERS)
    return IncidentInFull.model_validate(settling.incident_in_full(visit, incident_id))


@router.post("/{incident_id}/retry", summary="重试 Retry an incident")
def retry(visit: VisitOf, incident_id: str, body: Retry) -> Settled:
    """只有本辖区的系统管理员可以重试；外部调用和外送可以改了内容再试，改动前后都记入历史。"""
    visit.require(ADMINISTRATOR)
    incident = settling.incident_in_full(visit, incident_id, ADMINISTRATOR)
    inputs = None
    if body.inputs is not None:
        if incident.inputs is None:
            raise Refused("这里没有要发送的内容，不能修改输入，请直接重试。", incident=incident_id)
        inputs = retyped(incident.inputs, from_json(body.inputs).values)
    return _settled(settling.retry(visit, incident, body.reason, inputs))


@router.post("/{incident_id}/resolution", summary="处理完毕，继续 Resolve an incident")
def resolve(visit: VisitOf, incident_id: str, body: ResolutionOfIncident) -> Settled:
    """视同这一环节已经完成，办件继续；外送则跳过这一项。只有本辖区的系统管理员可以处理。"""
    visit.require(ADMINISTRATOR)
    incident = _administered(visit, incident_id)
    return _settled(settling.resolve(visit, incident, body.reason, from_json(body.results).values))


def _administered(visit: Visit, incident_id: str) -> IncidentLine:
    with visit.reading() as connection:
        return incident_line(connection, visit.viewer, incident_id, ADMINISTRATOR)


def _settled(settlement: Settlement) -> Settled:
    return Settled(incident_id=settlement.incident.id, outcome=settlement.outcome, message=settlement.message)
