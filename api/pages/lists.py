"""待办, 已办, 我发起的 and the search over all readable cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from api.dependencies import Visit, VisitOf
from api.pages.frame import AUDIT_ROLES, page
from api.presentation.paging import page_number, pager
from api.presentation.tasks import task_line
from engine.queries import inbox
from engine.queries.definition import startable
from engine.queries.page import Page

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(visit: VisitOf) -> Response:
    """Everybody begins with what waits for them."""
    return RedirectResponse("/inbox", status_code=303)


@router.get("/inbox")
def inbox_page(request: Request, visit: VisitOf, search: str = "", page: str = "1") -> Response:
    """待办"""
    return _tasks(request, visit, "inbox", "待办", inbox.todo, search, page)


@router.get("/done")
def done_page(request: Request, visit: VisitOf, search: str = "", page: str = "1") -> Response:
    """已办"""
    return _tasks(request, visit, "done", "已办", inbox.done, search, page)


@router.get("/started")
def started_page(request: Request, visit: VisitOf, search: str = "", page: str = "1") -> Response:
    """我发起的"""
    return _cases(request, visit, "started", "我发起的", inbox.started, search, page)


@router.get("/audit")
def audit_page(request: Request, visit: VisitOf, search: str = "", page: str = "1") -> Response:
    """Every case of the viewer's regions, for auditors and leaders."""
    visit.require(*AUDIT_ROLES)
    return _cases(request, visit, "audit", "办件查询", inbox.readable_cases, search, page)


def _tasks(
    request: Request, visit: Visit, key: str, title: str, query: Callable[..., Page[Any]], search: str, number: str
) -> Response:
    found = _found(visit, query, search, number)
    lines = [task_line(item, visit.now) for item in found.items]
    return _list(request, visit, f"{key}.html", key, title, search, found, lines=lines)


def _cases(
    request: Request, visit: Visit, key: str, title: str, query: Callable[..., Page[Any]], search: str, number: str
) -> Response:
    found = _found(visit, query, search, number)
    return _list(request, visit, "cases.html", key, title, search, found, cases=found.items, address=f"/{key}")


def _list(
    request: Request,
    visit: Visit,
    template: str,
    key: str,
    title: str,
    search: str,
    found: Page[Any],
    **shown: Any,
) -> Response:
    around: dict[str, Any] = {"title": title, "search": search.strip(), "pager": pager(found, f"/{key}", search)}
    return page(request, template, visit=visit, active=key, may_start=_may_start(visit), **around, **shown)


def _may_start(visit: Visit) -> bool:
    with visit.reading() as connection:
        return bool(startable(connection, visit.viewer))


def _found(visit: Visit, query: Callable[..., Page[Any]], search: str, number: str) -> Page[Any]:
    """The page asked for; beyond the last one, the last."""
    with visit.reading() as connection:
        found = _query(connection, visit, query, search, page_number(number))
        if found.number > found.pages:
            found = _query(connection, visit, query, search, found.pages)
    return found


def _query(
    connection: Connection, visit: Visit, query: Callable[..., Page[Any]], search: str, number: int
) -> Page[Any]:
    return query(connection, visit.viewer, search=search.replace("\x00", "")[:100], page=number)
