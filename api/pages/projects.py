"""Projects: what was approved, contracted and paid, and what may be started now."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import VisitOf
from api.pages.frame import page
from api.presentation.paging import page_number, pager
from api.presentation.projects import openings, source_name
from engine.funds import queries

router = APIRouter(include_in_schema=False)


@router.get("/projects")
def projects_page(request: Request, visit: VisitOf, search: str = "") -> Response:
    """The projects of the viewer's regions."""
    text = search.replace("\x00", "").strip()[:100]
    wanted = page_number(request.query_params.get("page", "1"))
    with visit.reading() as connection:
        found = queries.projects_page(connection, visit.viewer.prefixes, search=text, page=wanted)
        if found.number > found.pages:
            found = queries.projects_page(connection, visit.viewer.prefixes, search=text, page=found.pages)
    return page(
        request,
        "projects.html",
        visit=visit,
        active="projects",
        search=text,
        projects=found.items,
        pager=pager(found, "/projects", text),
    )


@router.get("/projects/{project_id}")
def project_page(request: Request, visit: VisitOf, project_id: str) -> Response:
    """项目"""
    with visit.reading() as connection:
        project = queries.project_view(connection, project_id, visit.viewer.prefixes)
        offered = openings(connection, visit, project)
    return page(
        request,
        "project.html",
        visit=visit,
        active="projects",
        project=project,
        facts=project.facts,
        openings=offered,
        source_name=source_name,
    )
