"""Cases: start, find, read, replay, withdraw, and messages for them."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter, Response

from api.dependencies import Visit, VisitOf
from api.pages.cases import diagram_response
from api.presentation.messages import receives
from api.presentation.replay import ReplayWriter
from api.routers.paging import PageNumber, Search
from api.schemas.calls import CallShown
from api.schemas.common import Page, page_of
from api.schemas.process_instances import (
    CaseLine,
    CaseShown,
    Event,
    IncidentResolution,
    Message,
    Replay,
    Retry,
    Start,
    Started,
    Withdrawal,
)
from engine.commands import CorrelateMessage, StartProcess, WithdrawProcess
from engine.errors import Forbidden, NotFound
from engine.idempotency import is_answered
from engine.moves import ResolveIncident, RetryIncident
from engine.queries import inbox
from engine.queries.calls import calls_of
from engine.queries.case import case_view, diagram_content, element_names
from engine.queries.history import history_of, replay_steps
from engine.queries.incidents import OVERSEERS
from forms.submission import from_json

router = APIRouter(prefix="/process-instances", tags=["办件 process instances"])


class Scope(StrEnum):
    """Whose cases."""

    STARTED = "started"
    READABLE = "readable"


@router.get("", summary="办件列表 Cases")
def list_cases(
    visit: VisitOf, scope: Scope = Scope.READABLE, search: Search = "", page: PageNumber = 1
) -> Page[CaseLine]:
    """started：本人发起的；readable：辖区内和经办过的全部办件。"""
    query = inbox.started if scope is Scope.STARTED else inbox.readable_cases
    with visit.reading() as connection:
        return page_of(query(connection, visit.viewer, search=search, page=page), CaseLine)


@router.post("", status_code=201, summary="发起 Start")
def start(visit: VisitOf, body: Start) -> Started:
    """发起人须有第一个环节的岗位。"""
    started = visit.engine.execute(
        StartProcess(
            actor=visit.actor,
            process_key=body.process_key,
            region_code=body.region_code,
            project_id=body.project_id,
        )
    )
    return Started.model_validate(started)


@router.get("/{instance_id}", summary="一个办件 One case")
def read_case(visit: VisitOf, instance_id: str) -> CaseShown:
    """含全部环节和正在等待的事件。"""
    with visit.reading() as connection:
        return CaseShown.model_validate(case_view(connection, visit.viewer, instance_id))


@router.post("/{instance_id}/withdrawal", status_code=204, summary="撤销 Withdraw")
def withdraw(visit: VisitOf, instance_id: str, body: Withdrawal) -> None:
    """只有发起人可以撤销，作出决定以后不能再撤销。"""
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
    actor = visit.acting_for(body.on_behalf_of)
    visit.engine.execute(WithdrawProcess(actor=actor, instance_id=instance_id, reason=body.reason))


@router.post("/{instance_id}/messages", status_code=204, summary="送达消息 Deliver a message")
def deliver(visit: VisitOf, instance_id: str, message: Message) -> None:
    """例如登记公示期间收到的异议（objection_received）。"""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
    if not receives(visit.viewer, case.region_code):
        raise Forbidden("您没有登记这类事项的岗位。")
    values = from_json(message.values).values
    visit.engine.execute(CorrelateMessage(actor=visit.actor, name=message.name, instance_id=instance_id, values=values))


@router.get("/{instance_id}/calls", summary="外部调用 Calls")
def read_calls(visit: VisitOf, instance_id: str) -> list[CallShown]:
    """办件向外部系统要过什么、送出过什么，到了哪一步。"""
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        calls = [CallShown.model_validate(call) for call in calls_of(connection, instance_id)]
    in_full = visit.viewer.has_role(*OVERSEERS)
    return calls if in_full else [call.model_copy(update={"inputs": None}) for call in calls]


@router.post("/{instance_id}/incidents/{incident_id}/retry", status_code=204, summary="重试停滞点 Retry an incident")
def retry(visit: VisitOf, instance_id: str, incident_id: str, body: Retry) -> None:
    """只有本辖区的系统管理员可以重试。"""
    _incident_of(visit, instance_id, incident_id)
    visit.engine.execute(RetryIncident(actor=visit.actor, incident_id=incident_id, reason=body.reason))


@router.post(
    "/{instance_id}/incidents/{incident_id}/resolution", status_code=204, summary="处理停滞点 Resolve an incident"
)
def resolve(visit: VisitOf, instance_id: str, incident_id: str, body: IncidentResolution) -> None:
    """视同这一环节已经完成，办件继续；只有本辖区的系统管理员可以处理。"""
    _incident_of(visit, instance_id, incident_id)
    values = from_json(body.values).values
    command = ResolveIncident(actor=visit.actor, incident_id=incident_id, reason=body.reason, values=values)
    visit.engine.execute(command)


def _incident_of(visit: Visit, instance_id: str, incident_id: str) -> None:
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
        comes_again = visit.request_key is not None and is_answered(connection, visit.request_key)
    if not comes_again and incident_id not in {incident.id for incident in case.incidents}:
        raise NotFound("没有找到这个停滞点，它可能已经处理过了。", incident=incident_id)


@router.get("/{instance_id}/history", summary="办理过程 History")
def read_history(visit: VisitOf, instance_id: str) -> list[Event]:
    """每个事件含完整的输入和结果。"""
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        return [Event.model_validate(event) for event in history_of(connection, instance_id)]


@router.get("/{instance_id}/replay", summary="回放 Replay")
def read_replay(visit: VisitOf, instance_id: str) -> Replay:
    """每一步经过的元素、分支条件读到的值、决策表适用的规则。"""
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        names = element_names(connection, visit.engine.tools.definitions, instance_id)
        steps = ReplayWriter(connection, names).steps(replay_steps(history_of(connection, instance_id)))
    return Replay(diagram_url=f"/api/v1/process-instances/{instance_id}/diagram", steps=steps)


@router.get("/{instance_id}/diagram", summary="流程图 Diagram", response_class=Response)
def read_diagram(visit: VisitOf, instance_id: str) -> Response:
    """办件发起时的版本。"""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
        content = diagram_content(connection, instance_id)
    return diagram_response(content, f"{case.process_key}-{case.process_version}.bpmn")
