"""The page of one case: its history to be read and replayed, its documents, and what may be done to it as a whole."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import FormOf, Visit, VisitOf
from api.pages.frame import AUDIT_ROLES, page, redirect
from api.presentation.acting import acting_on
from api.presentation.calls import call_lines
from api.presentation.messages import deliverables
from api.presentation.offers import case_offer
from api.presentation.replay import ReplayWriter, script_data
from api.presentation.submissions import sheets
from api.presentation.tasks import task_address
from api.presentation.timeline import timeline
from engine.commands import CorrelateMessage
from engine.errors import Forbidden, Invalid, Refused
from engine.queries.calls import calls_of
from engine.queries.case import CaseView, attachments_in_case, case_view, diagram_content, element_names
from engine.queries.history import history_of, replay_steps
from engine.queries.incidents import OVERSEERS

router = APIRouter(include_in_schema=False)


@router.get("/cases/{instance_id}")
def case_page(request: Request, visit: VisitOf, instance_id: str) -> Response:
    """办件"""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
        events = history_of(connection, instance_id)
        names = element_names(connection, visit.engine.tools.definitions, instance_id)
        calls = calls_of(connection, instance_id)
        oversees = visit.viewer.has_role(*OVERSEERS)
        steps = ReplayWriter(connection, names).steps(replay_steps(events))
        return page(
            request,
            "case.html",
            visit=visit,
            active="",
            case=case,
            timeline=timeline(case, events, visit.now, calls),
            replay=script_data(f"/cases/{instance_id}/diagram", steps),
            sheets=sheets(connection, case.completed_tasks[::-1]),
            attachments=attachments_in_case(connection, instance_id),
            mine=_mine(visit, case),
            audits=visit.viewer.has_role(*AUDIT_ROLES),
            oversees=oversees,
            calls=call_lines(calls, visit.now, in_full=oversees),
            sees_project=visit.viewer.may_read_region(case.region_code),
            may_withdraw=case.status == "active" and case.started_by in _persons(visit),
            offer=case_offer(connection, visit, case),
            deliverables=deliverables(visit.viewer, case) if case.status == "active" else (),
        )


def _mine(visit: Visit, case: CaseView) -> list[tuple[str, str]]:
    """The open tasks of the case that wait for the viewer: address and name."""
    found = []
    for task in case.open_tasks:
        acting = acting_on(visit.viewer, task, "", stopped=case.status == "suspended")
        if acting.may:
            found.append((task_address(task.id, acting.on_behalf_of), task.name))
    return found


def _persons(visit: Visit) -> set[str]:
    return {visit.viewer.person_id, *(person.person_id for person in visit.viewer.principals)}


@router.get("/cases/{instance_id}/diagram")
def case_diagram(visit: VisitOf, instance_id: str) -> Response:
    """The diagram the case is pinned to."""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
        content = diagram_content(connection, instance_id)
    return diagram_response(content, f"{case.process_key}-{case.process_version}.bpmn")


def diagram_response(content: bytes, name: str) -> Response:
    """XML for scripts and downloads; a browser never opens it as a page of ours."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/xml", headers=headers)


@router.post("/cases/{instance_id}/messages")
def deliver(visit: VisitOf, form: FormOf, instance_id: str) -> Response:
    """登记异议"""
    name = str(form.get("name") or "")
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
    allowed = {message.name: message.label for message in deliverables(visit.viewer, case)}
    if name not in allowed:
        raise Forbidden("这个办件现在不接收这类登记，或者您没有登记的岗位。")
    text = str(form.get("objection_text") or "").strip()[:2000]
    values = {"objection_text": text} if text else {}
    try:
        visit.engine.execute(CorrelateMessage(actor=visit.actor, name=name, instance_id=instance_id, values=values))
    except (Refused, Invalid) as refused:
        return redirect(f"/cases/{instance_id}", "error", refused.message)
    return redirect(f"/cases/{instance_id}", "success", f"已登记：{allowed[name]}。请在待办里继续办理。")
