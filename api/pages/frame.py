"""What every page has: the frame, the navigation of the person's roles, messages, the demo's banner."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError
from starlette.responses import HTMLResponse, RedirectResponse

from api.dependencies import Site, Visit, current_visit, site_of
from api.errors import Refusal
from api.presentation import dates, money, words
from engine.cases import signing
from engine.offices.roles import ROLES, Duty
from engine.queries.inbox import todo_count
from engine.queries.incidents import OVERSEERS, open_count
from engine.queries.notifications import unread_count
from engine.queries.viewer import Viewer

_FLASH = "anlan_flash"
_LEADERS = (role.key for role in ROLES.values() if role.duty in (Duty.DECIDE, Duty.INSPECT))
#: who may search all cases of their regions
AUDIT_ROLES = ("auditor_ro", "sys_admin", "town_lead", *_LEADERS)
#: who may see which processes start by the calendar
SCHEDULERS = ("process_designer", "sys_admin", "auditor_ro")

Kind = Literal["success", "error", "warning", "info"]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "date": dates.write_date,
        "due": dates.write_due,
        "moment": dates.write_moment,
        "start": dates.write_start,
        "short": dates.write_short,
        "money": money.write_money,
        "ratio": money.write_ratio,
    }
    environment.globals["request_key"] = partial(secrets.token_urlsafe, 12)
    environment.globals |= {
        "CASE_STATUS": words.CASE_STATUS,
        "CASE_COLOURS": words.CASE_COLOURS,
        "SIGNING": signing.LABELS,
    }
    return environment


TEMPLATES = _environment()


def page(
    request: Request,
    template: str,
    *,
    visit: Visit | None,
    active: str = "",
    status: int = 200,
    messages: Sequence[tuple[Kind, str]] = (),
    **context: Any,
) -> HTMLResponse:
    """Write a page into the frame. A message left by the request before is shown once."""
    left, typed = _left(request)
    said = [*left, *messages]
    site = visit.site if visit else site_of(request)
    html = TEMPLATES.get_template(template).render(
        person=_person(visit.viewer) if visit else None,
        csrf_token=visit.csrf_token if visit else "",
        navigation=_navigation(visit) if visit else [],
        messages=[{"kind": kind, "text": text} for kind, text in said],
        active=active,
        demo=_demo(site, visit),
        here=request.url.path,
        typed={"id": typed[0], "text": typed[1]},
        **context,
    )
    response = HTMLResponse(html, status)
    if _FLASH in request.cookies:
        response.delete_cookie(_FLASH, path="/", httponly=True, samesite="lax")
    return response


def fragment(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A part of a page, for htmx."""
    return HTMLResponse(TEMPLATES.get_template(template).render(**context), status)


def redirect(
    location: str, kind: Kind | None = None, text: str = "", typed: tuple[str, str] = ("", "")
) -> RedirectResponse:
    """Go on to another page, which shows the message; `typed` is a field's id and what was written into it."""
    response = RedirectResponse(location, status_code=303)
    if kind:
        # A cookie holds 4 KB: this much Chinese fits.
        left = [kind, text[:300], typed[0][:80], typed[1][:500]]
        packed = base64.urlsafe_b64encode(json.dumps(left, ensure_ascii=False).encode()).decode()
        response.set_cookie(_FLASH, packed, max_age=60, path="/", httponly=True, samesite="lax")
    return response


def refusal_page(request: Request, refusal: Refusal) -> HTMLResponse:
    """A page that says why something was not done; for htmx a message above what the person has typed."""
    if request.headers.get("hx-request") == "true":
        response = fragment("refusal_message.html", refusal.status, refusal=refusal)
        response.headers.update({"HX-Retarget": "#main", "HX-Reswap": "afterbegin"})
        return response
    visit = None
    if refusal.status < 500:
        # Who asks is only for the page's head; while the database is away it does without.
        with suppress(DBAPIError):
            visit = current_visit(request)
    return page(request, "refusal.html", visit=visit, status=refusal.status, refusal=refusal)


def _left(request: Request) -> tuple[list[tuple[Kind, str]], tuple[str, str]]:
    """What the request before has left: a message, and what was typed into a field."""
    packed = request.cookies.get(_FLASH)
    if not packed:
        return [], ("", "")
    try:
        kind, text, field, typed = map(str, json.loads(base64.urlsafe_b64decode(packed)))
        f"{text}{field}{typed}".encode()
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return [], ("", "")
    known: tuple[Kind, ...] = ("success", "error", "warning", "info")
    return [(word, text) for word in known if word == kind], (field, typed)


def _person(viewer: Viewer) -> Mapping[str, Any]:
    held = [f"{position.unit_name} · {_role(position.role)}" for position in viewer.positions]
    return {"name": viewer.name, "positions": held}


def _role(key: str) -> str:
    return ROLES[key].name if key in ROLES else key


def _navigation(visit: Visit) -> list[dict[str, Any]]:
    with visit.reading() as connection:
        waiting = todo_count(connection, visit.viewer)
        unread = unread_count(connection, visit.viewer)
        stopped = open_count(connection, visit.viewer) if visit.viewer.has_role(*OVERSEERS) else 0
    items: list[dict[str, Any]] = [
        {"key": "inbox", "label": "待办", "href": "/inbox", "count": waiting},
        {"key": "done", "label": "已办", "href": "/done"},
        {"key": "started", "label": "我发起的", "href": "/started"},
        {"key": "projects", "label": "项目", "href": "/projects"},
        {"key": "notifications", "label": "通知", "href": "/notifications", "count": unread},
    ]
    if visit.viewer.has_role("process_designer"):
        items.append({"key": "designer", "label": "流程设计", "href": "/designer"})
    if visit.viewer.has_role(*SCHEDULERS):
        items.append({"key": "schedules", "label": "定时计划", "href": "/schedules"})
    if visit.viewer.has_role(*AUDIT_ROLES):
        items.append({"key": "audit", "label": "办件查询", "href": "/audit"})
    if visit.viewer.has_role(*OVERSEERS):
        items.append({"key": "incidents", "label": "停滞点", "href": "/incidents", "count": stopped})
    return [{"count": 0, **item} for item in items]


def _demo(site: Site, visit: Visit | None) -> Mapping[str, Any] | None:
    clock = site.demo_clock
    if clock is None or visit is None:
        return None
    return {"now": clock.now(), "ahead": clock.offset.days}
