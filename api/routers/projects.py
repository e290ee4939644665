"""Projects."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import VisitOf
from api.presentation.projects import openings
from api.routers.paging import PageNumber, Search
from api.schemas.common import Page, page_of
from api.schemas.projects import OpeningShown, ProjectLine, ProjectShown
from engine.funds import queries

router = APIRouter(prefix="/projects", tags=["项目 projects"])


@router.get("", summary="项目列表 Projects")
def list_projects(visit: VisitOf, search: Search = "", page: PageNumber = 1) -> Page[ProjectLine]:
    """辖区内的项目，新的在前。"""
    with visit.reading() as connection:
        found = queries.projects_page(connection, visit.viewer.prefixes, search=search, page=page)
        return page_of(found, ProjectLine)


@router.get("/{project_id}", summary="一个项目 One project")
def read_project(visit: VisitOf, project_id: str) -> ProjectShown:
    """资金、付款、办件，以及现在可以发起什么、不能发起的原因。"""
    with visit.reading() as connection:
        project = queries.project_view(connection, project_id, visit.viewer.prefixes)
        offered = [OpeningShown.model_validate(opening) for opening in openings(connection, visit, project)]
    return ProjectShown.model_validate(project).model_copy(update={"openings": offered})
