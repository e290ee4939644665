"""What auditors look at and take away: a case at any step, a field's life, acts of persons, interventions, bundles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import Visit, VisitOf
from api.pages.frame import AUDIT_ROLES, page
from api.presentation.auditing import act_lines, change_lines, offered_to, variable_lines
from api.presentation.downloads import bundle_of
from api.presentation.paging import page_number, pager
from api.presentation.submissions import form_of
from api.presentation.timeline import happened
from engine.offices.organisation import person_name, unit_names
from engine.queries import audit
from engine.queries.audit import Act, CaseAtStep
from engine.queries.case import case_view
from engine.queries.history import history_of
from engine.queries.page import Page
from forms.rendering import render_read_only

router = APIRouter(include_in_schema=False)


@router.get("/cases/{instance_id}/bundle")
def bundle(visit: VisitOf, instance_id: str) -> Response:
    """导出办件包"""
    visit.require(*AUDIT_ROLES)
    return bundle_of(visit, instance_id)


@router.get("/cases/{instance_id}/audit")
def case_audit(request: Request, visit: VisitOf, instance_id: str, step: str = "", field: str = "") -> Response:
    """办件审计"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, instance_id)
        entries = [(happened(event), event.actor_id) for event in history_of(connection, instance_id)]
        seq = min(max(int(step), 1), len(entries)) if step.isdecimal() and len(step) < 8 else len(entries)
        at = audit.case_at(connection, visit.engine.tools.definitions, instance_id, seq)
        units = unit_names(connection, {task.unit_code for task in at.tasks if task.unit_code})
        path = field.replace("\x00", "")[:200].strip()
        return page(
            request,
            "case_audit.html",
            visit=visit,
            active="audit",
            case=case,
            entries=entries,
            seq=seq,
            at=at,
            variables=list(variable_lines(at.variables)),
            tasks=[(task.name, offered_to(task, units)) for task in at.tasks],
            signed=_signed(connection, at),
            path=path,
            fields=audit.fields_of(connection, instance_id),
            changes=change_lines(audit.life_of_field(connection, instance_id, path)) if path else [],
        )


def _signed(connection: Connection, at: CaseAtStep) -> Any:
    """The form of this step as it was signed."""
    told = at.event.input
    form = form_of(connection, told.get("form"))
    return render_read_only(form, told["values"]) if form is not None and told.get("values") else None


@router.get("/audit/persons/{person_id}")
def person_acts(request: Request, visit: VisitOf, person_id: str, page: str = "1") -> Response:
    """一个人的全部操作"""
    visit.require(*AUDIT_ROLES)
    with visit.reading() as connection:
        name = person_name(connection, person_id)
    address = f"/audit/persons/{person_id}"
    read = audit.acts_of
    title = f"{name}的全部操作"
    return _acts(request, visit, title, address, page, lambda c, n: read(c, visit.viewer, person_id, n))


@router.get("/audit/interventions")
def interventions(request: Request, visit: VisitOf, page: str = "1") -> Response:
    """人工干预"""
    visit.require(*AUDIT_ROLES)
    read = audit.interventions
    return _acts(request, visit, "人工干预", "/audit/interventions", page, lambda c, n: read(c, visit.viewer, n))


def _acts(
    request: Request,
    visit: Visit,
    title: str,
    address: str,
    number: str,
    read: Callable[[Connection, int], Page[Act]],
) -> Response:
    with visit.reading() as connection:
        found = read(connection, page_number(number))
    lines, links = act_lines(found.items), pager(found, address, "")
    return page(request, "acts.html", visit=visit, active="audit", title=title, lines=lines, pager=links)
