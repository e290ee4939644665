"""Logging in and out; in a demo, by picking a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import (
    FormOf,
    Site,
    SiteOf,
    VisitOf,
    current_visit,
    ensure_same_site,
    forget_session,
    keep_session,
)
from api.pages.frame import page
from api.presentation.people import busy_persons, grouped_persons
from engine.commands import SYSTEM, LogIn, LogInAs, LogOut
from engine.errors import Forbidden
from engine.queries.session import DemoPerson, demo_persons

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login_page(request: Request, site: SiteOf, next: str = "/", search: str = "") -> Response:
    """The login form, and the persons of a demo."""
    if current_visit(request) is not None:
        return RedirectResponse(local(next), status_code=303)
    return _page(request, site, next=next, search=search)


@router.post("/login", dependencies=[Depends(ensure_same_site)])
def log_in(request: Request, site: SiteOf, form: FormOf) -> Response:
    """Open a session with a password, or as a demo person."""
    target = _text(form.get("next")) or "/"
    login, person_id = _text(form.get("login")).strip(), _text(form.get("person"))
    if person_id:
        opened = site.engine.execute(LogInAs(actor=SYSTEM, person_id=person_id))
    else:
        try:
            answer = site.engine.execute(LogIn(actor=SYSTEM, login=login, password=_text(form.get("password"))))
        except Forbidden as locked:
            return _page(request, site, next=target, login=login, error=locked.message, status=403)
        if answer is None:
            return _page(request, site, next=target, login=login, error="账号或密码不正确，请重新输入。", status=422)
        opened = answer
    earlier = current_visit(request)
    if earlier is not None:
        site.engine.execute(LogOut(actor=earlier.actor, token=earlier.token))
    response = RedirectResponse(local(target), status_code=303)
    keep_session(response, site, opened)
    return response


@router.post("/logout")
def log_out(visit: VisitOf) -> Response:
    """Close the session."""
    visit.engine.execute(LogOut(actor=visit.actor, token=visit.token))
    response = RedirectResponse("/login", status_code=303)
    forget_session(response, visit.site)
    return response


def _page(
    request: Request,
    site: Site,
    *,
    next: str,
    search: str = "",
    login: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    context: Mapping[str, Any] = {"next": local(next), "login": login, "error": error, "search": search.strip()}
    persons: tuple[DemoPerson, ...] = ()
    if site.settings.demo:
        with site.reading() as connection:
            persons = demo_persons(connection)
    groups = grouped_persons(persons, search) if site.settings.demo else None
    busy = () if search.strip() else busy_persons(persons)
    return page(request, "login.html", visit=None, status=status, groups=groups, busy=busy, **context)


def local(address: str) -> str:
    """Only ever go on to a page of our own."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
