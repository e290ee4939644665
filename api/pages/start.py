"""发起: what a person may start, and for which unit."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import FormOf, Visit, VisitOf
from api.pages.frame import page, redirect
from api.presentation.tasks import task_address
from engine.commands import StartedProcess, StartProcess
from engine.queries.case import case_view
from engine.queries.definition import startable

router = APIRouter(include_in_schema=False)


@router.get("/start")
def start_page(request: Request, visit: VisitOf) -> Response:
    """The processes that begin with one of the person's positions."""
    with visit.reading() as connection:
        found = startable(connection, visit.viewer)
    own = [process for process in found if not process.needs_project]
    of_projects = [process for process in found if process.needs_project]
    return page(request, "start.html", visit=visit, active="inbox", processes=own, of_projects=of_projects)


@router.post("/start/{process_key}")
def start(visit: VisitOf, form: FormOf, process_key: str) -> Response:
    """Start a case and go on to its first task."""
    started = visit.engine.execute(
        StartProcess(
            actor=visit.actor,
            process_key=process_key,
            region_code=_chosen(form.get("unit")),
            project_id=_chosen(form.get("project")),
        )
    )
    return redirect(
        _first_address(visit, started), "success", f"已发起，办件编号 {started.number}。请填写并提交第一步。"
    )


def _chosen(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _first_address(visit: Visit, started: StartedProcess) -> str:
    """The first task that is the starter's own; else the case."""
    with visit.reading() as connection:
        case = case_view(connection, visit.viewer, started.instance_id)
    for task in case.open_tasks:
        if visit.viewer.has_role(task.role or ""):
            return task_address(task.id)
    return f"/cases/{started.instance_id}"
