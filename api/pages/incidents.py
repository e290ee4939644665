"""停滞点: what has stopped in an administrator's or auditor's regions, and what an administrator does about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api import incidents as settling
from api.dependencies import FormOf, Visit, VisitOf
from api.incidents import MOST, Outcome, Settlement
from api.pages.frame import page, redirect
from api.presentation.incidents import (
    KINDS,
    InputField,
    alike,
    differences,
    error_of,
    explanation,
    happenings,
    input_fields,
    input_lines,
    results_of,
    state_of,
    typed_fields,
)
from api.presentation.paging import page_number, pager
from engine.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, Refused
from engine.model import InstanceStatus
from engine.offices.administration import ADMINISTRATOR, administers, given_reason
from engine.queries.calls import retried_calls
from engine.queries.case import case_view
from engine.queries.history import history_of
from engine.queries.incidents import (
    OVERSEERS,
    IncidentFilter,
    IncidentKind,
    IncidentLine,
    incident_line,
    matching,
    processes_with_incidents,
)
from engine.queries.incidents import incidents as find_incidents

router = APIRouter(include_in_schema=False)
_LONGEST_REASON = 500
_STATES = {"open": "等待处理", "retried": "正在自动重试", "closed": "已处理"}
_OUTCOMES = {
    Outcome.SETTLED: "已继续",
    Outcome.UNDER_WAY: "已重新送出",
    Outcome.STOPPED_AGAIN: "又停下了",
    Outcome.REFUSED: "没有重试",
}
_GONE = "没有找到这个停滞点，它可能已经处理过了。"


@router.get("/incidents")
def list_page(
    request: Request,
    visit: VisitOf,
    state: str = "open",
    process: str = "",
    kind: str = "",
    error: str = "",
    search: str = "",
    page: str = "1",
) -> Response:
    """停滞点"""
    visit.require(*OVERSEERS)
    number = page_number(page)
    if state == "retried":
        return _retried(request, visit, number)
    wanted = _filter(state, process, kind, error, search)
    with visit.reading() as connection:
        found = find_incidents(connection, visit.viewer, wanted, number)
        if found.number > found.pages:
            found = find_incidents(connection, visit.viewer, wanted, found.pages)
        processes = processes_with_incidents(connection, visit.viewer)
    return _list(request, visit, wanted, found, processes)


def _retried(request: Request, visit: Visit, number: int) -> Response:
    """Nothing to be done about these yet."""
    with visit.reading() as connection:
        found = retried_calls(connection, visit.viewer, number)
    links = pager(found, "/incidents", "", {"state": "retried"})
    shown: dict[str, Any] = {"calls": found.items, "states": _STATES, "pager": links}
    return page(request, "retried_calls.html", visit=visit, active="incidents", **shown)


def _list(request: Request, visit: Visit, wanted: IncidentFilter, found: Any, processes: Any) -> Response:
    administers_some = visit.viewer.has_role(ADMINISTRATOR)
    told = _told(wanted)
    return page(
        request,
        "incident_list.html",
        visit=visit,
        active="incidents",
        lines=[(line, error_of(line), alike(line), state_of(line)) for line in found.items],
        wanted=wanted,
        state="closed" if wanted.closed else "open",
        states=_STATES,
        kinds=KINDS,
        processes=processes,
        filter=told,
        narrowed=bool(told),
        administers=administers_some,
        bulk=administers_some and not wanted.closed,
        retried_at_once=min(found.total, MOST),
        pager=pager(found, "/incidents", "", told),
    )


def _filter(state: str, process: str, kind: str, error: str, search: str) -> IncidentFilter:
    """What people type into addresses is taken as far as it makes sense."""
    clean = [text.replace("\x00", "")[:120].strip() for text in (process, error, search)]
    return IncidentFilter(
        process_key=clean[0],
        kind=IncidentKind(kind) if kind in KINDS else None,
        error=clean[1],
        search=clean[2],
        closed=state == "closed",
    )


def _told(wanted: IncidentFilter) -> dict[str, str]:
    """The same as an address tells it."""
    told = {
        "state": "closed" if wanted.closed else "",
        "process": wanted.process_key,
        "kind": wanted.kind or "",
        "error": wanted.error,
        "search": wanted.search,
    }
    return {name: value for name, value in told.items() if value}


@router.post("/incidents")
def retry_many(request: Request, visit: VisitOf, form: FormOf) -> Response:
    """一并重试"""
    visit.require(ADMINISTRATOR)
    fields = [str(form.get(name) or "") for name in ("state", "process", "kind", "error", "search")]
    wanted = _filter(*fields)
    back = f"/incidents?{urlencode(_told(wanted))}"
    with visit.reading() as connection:
        found = matching(connection, visit.viewer, wanted, MOST, ADMINISTRATOR)
    if form.get("scope") != "all":
        chosen = {str(value) for value in form.getlist("incident")}
        found = tuple(incident for incident in found if incident.id in chosen)
    if not found:
        told = "请先选择要重试的停滞点；它们也可能刚刚处理过了。"
        return redirect(back, "error", told, ("reason", _reason(form)))
    try:
        reason = given_reason(_reason(form), "重试")
    except Refused as refused:
        return redirect(back, "error", refused.message)
    report = settling.retry_each(visit, found, reason)
    well = sum(line.well for line in report)
    shown: dict[str, Any] = {"report": report, "well": well, "words": _OUTCOMES}
    return page(request, "incident_report.html", visit=visit, active="incidents", **shown)


@router.get("/incidents/{incident_id}")
def one_page(request: Request, visit: VisitOf, incident_id: str) -> Response:
    """一个停滞点"""
    visit.require(*OVERSEERS)
    incident = settling.incident_in_full(visit, incident_id)
    return _one(request, visit, incident, input_fields(incident.inputs or {}))


def _one(
    request: Request, visit: Visit, incident: IncidentLine, fields: list[InputField], status: int = 200, **more: Any
) -> Response:
    with visit.reading() as connection:
        events = history_of(connection, incident.instance_id)
    may_act = incident.standing and administers(visit.viewer.positions, incident.region_code, ADMINISTRATOR)
    shown: dict[str, Any] = {"reason": "", "results": "", "changed": (), "problems": (), **more}
    return page(
        request,
        "incident.html",
        visit=visit,
        active="incidents",
        status=status,
        incident=incident,
        explanation=explanation(incident),
        kind=KINDS[incident.kind],
        stands=state_of(incident),
        inputs=input_lines(incident.inputs or {}),
        happenings=list(happenings(incident, events)),
        may_act=may_act,
        suspended=incident.case_status == InstanceStatus.SUSPENDED,
        fields=fields,
        **shown,
    )


@router.post("/incidents/{incident_id}")
def settle_one(request: Request, visit: VisitOf, form: FormOf, incident_id: str) -> Response:
    """重试、修改输入后重试、处理完毕继续、跳过"""
    visit.require(ADMINISTRATOR)
    incident = settling.incident_in_full(visit, incident_id, ADMINISTRATOR)
    if not incident.standing:
        return redirect(f"/incidents/{incident_id}", "error", "这个停滞点已经处理过了。")
    try:
        if form.get("act") == "change":
            return _change(request, visit, incident, form)
        settlement = _settle(visit, incident, form)
    except (Refused, Conflict, NotFound, Forbidden, Invalid) as refused:
        typed = {"reason": _reason(form), "results": str(form.get("results") or "")}
        return _one(
            request, visit, incident, input_fields(incident.inputs or {}), 422, problems=[refused.message], **typed
        )
    return _answer(f"/incidents/{incident_id}", settlement)


def _settle(visit: Visit, incident: IncidentLine, form: FormData) -> Settlement:
    match form.get("act"):
        case "retry":
            return settling.retry(visit, incident, _reason(form))
        case "resolve":
            return settling.resolve(visit, incident, _reason(form), results_of(str(form.get("results") or "")))
    raise NotFound("没有这种操作。")


def _change(request: Request, visit: Visit, incident: IncidentLine, form: FormData) -> Response:
    """Shown with what would change first, then done."""
    before = incident.inputs or {}
    fields, after = typed_fields(before, form)
    wrong = [f"{field.name}：{field.error}" for field in fields if field.error]
    changed, reason = differences(before, after), _reason(form)
    try:
        given_reason(reason, "修改和重试")
        if not wrong and not changed:
            raise Invalid((FieldProblem(path="inputs", message="没有改动"),), "输入没有改动，请直接重试。")
    except (Refused, Invalid) as refused:
        wrong.append(refused.message)
    if wrong:
        return _one(request, visit, incident, fields, 422, problems=wrong, reason=reason)
    if form.get("confirmed") != "yes":
        return _one(request, visit, incident, fields, changed=changed, reason=reason)
    return _answer(f"/incidents/{incident.id}", settling.retry(visit, incident, reason, after))


def _answer(address: str, settlement: Settlement) -> Response:
    return redirect(address, "success" if settlement.well else "error", settlement.message)


def _reason(form: FormData) -> str:
    return str(form.get("reason") or "")[:_LONGEST_REASON]


@router.post("/cases/{instance_id}/incidents/{incident_id}")
def settle_in_case(visit: VisitOf, form: FormOf, instance_id: str, incident_id: str) -> Response:
    """On the page of the case: 重试停滞点，或视同已经完成"""
    with visit.reading() as connection:
        case_view(connection, visit.viewer, instance_id)
        incident = incident_line(connection, visit.viewer, incident_id, ADMINISTRATOR)
    if incident.instance_id != instance_id or not incident.standing:
        raise NotFound(_GONE, incident=incident_id)
    address = f"/cases/{instance_id}"
    try:
        return _answer(address, _settle(visit, incident, form))
    except Refused as refused:
        return redirect(address, "error", refused.message, (f"reason-{incident_id}", _reason(form)))
