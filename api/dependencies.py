"""Who asks: from the session cookie or a machine's token to a viewer, with the CSRF check on what changes something."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.demo_clock import DemoClock
from api.errors import BadRequest, ForgedRequest, Unauthenticated
from api.settings import Settings
from engine import feel
from engine.clock import LOCAL_ZONE, local_date
from engine.commands import Actor, OpenedSession
from engine.errors import Forbidden
from engine.idempotency import RequestKey
from engine.process_engine import ProcessEngine
from engine.queries.machines import holder_of_token
from engine.queries.session import session_of
from engine.queries.viewer import Viewer, viewer_of

COOKIE = "anlan_session"
_BAD_TOKEN = "令牌无效、已经过期或已被撤销，请联系签发令牌的系统管理员。"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: a form with many rows has many names; a page sends few files at once
_MOST_FIELDS, _MOST_FILES, _LONGEST_FIELD = 5_000, 200, 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Site:
    """What every request may use."""

    engine: ProcessEngine
    settings: Settings

    @property
    def demo_clock(self) -> DemoClock | None:
        """The clock that may be moved ahead, in a demo."""
        clock = self.engine.clock
        return clock if isinstance(clock, DemoClock) else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries; the forms shown meanwhile read the day it is at the offices."""
        now = self.engine.clock.now().astimezone(LOCAL_ZONE)
        with self.engine.database.read() as connection, feel.clock(now):
            yield connection


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request of somebody who is logged in."""

    site: Site
    viewer: Viewer
    token: str
    csrf_token: str
    now: datetime
    #: of a request that changes something, when it came with one
    request_key: RequestKey | None = None

    @property
    def engine(self) -> ProcessEngine:
        """The gate for commands; what a request with this key was answered, it is answered again."""
        return self.site.engine.keyed(self.request_key) if self.request_key else self.site.engine

    @property
    def actor(self) -> Actor:
        """The person, in their own name."""
        return Actor(person_id=self.viewer.person_id)

    def acting_for(self, principal: str | None) -> Actor:
        """The person, or the person on behalf of somebody who has delegated to them today."""
        if principal and principal not in {person.person_id for person in self.viewer.principals}:
            raise Forbidden("您没有这位同志在今天有效的委托，不能代其办理。")
        return Actor(person_id=self.viewer.person_id, on_behalf_of=principal or None)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for queries."""
        return self.site.reading()

    def require(self, *roles: str) -> None:
        """Refuse whoever has none of the roles."""
        if not self.viewer.has_role(*roles):
            raise Forbidden("这个页面只对相应岗位的人员开放。")


def site_of(request: Request) -> Site:
    """The site an application was created for."""
    site: Site = request.app.state.site
    return site


def current_visit(request: Request) -> Visit | None:
    """The visit of the session cookie, if it is a valid one."""
    token = request.cookies.get(COOKIE, "")
    if not token or not token.isascii():
        return None
    return visit_of(site_of(request), token)


def visit_of(site: Site, token: str) -> Visit | None:
    """The visit of a session token."""
    now = site.engine.clock.now()
    with site.reading() as connection:
        session = session_of(connection, token, now)
        if session is None:
            return None
        viewer = viewer_of(connection, session.person_id, local_date(now))
    return Visit(site=site, viewer=viewer, token=token, csrf_token=session.csrf_token, now=now)


def _bearer_token(request: Request) -> str:
    """The token of a machine account; it opens the API and no page. No browser sends it by itself."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.url.path.startswith("/api/") else ""


def machine_visit(request: Request, token: str) -> Visit | None:
    """The visit of a machine account, if its token is a valid one."""
    site = site_of(request)
    now = site.engine.clock.now()
    with site.reading() as connection:
        holder = holder_of_token(connection, token, now) if token.isascii() else None
        if holder is None:
            return None
        viewer = viewer_of(connection, holder, local_date(now))
    return Visit(site=site, viewer=viewer, token="", csrf_token="", now=now)


async def visitor(request: Request) -> AsyncIterator[Visit]:
    """The logged-in person. On unsafe requests the CSRF token must have come along, as header or form field."""
    if "\x00" in request.url.path or b"%00" in request.scope["query_string"]:
        raise BadRequest("地址里有无法识别的字符。")
    bearer = _bearer_token(request)
    visit = await run_in_threadpool(*((machine_visit, request, bearer) if bearer else (current_visit, request)))
    if visit is None:
        raise Unauthenticated(_BAD_TOKEN if bearer else None)
    try:
        if request.method not in _SAFE:
            if not bearer:
                ensure_same_site(request)
                await _ensure_token(request, visit)
            visit = replace(visit, request_key=await _request_key(request, visit.viewer.person_id))
        yield visit
    finally:
        await request.close()


def ensure_same_site(request: Request) -> None:
    """Refuse what the browser itself says comes from another site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedRequest


async def _request_key(request: Request, person_id: str) -> RequestKey | None:
    """From the header, or from the page whose form this is."""
    header = request.headers.get("idempotency-key")
    if header is not None:
        return RequestKey(person_id, header)
    if request.headers.get("content-type", "").startswith(_FORMS):
        field = (await read_form(request)).get("request_key")
        return RequestKey(person_id, field, of_page=True) if isinstance(field, str) else None
    return None


async def _ensure_token(request: Request, visit: Visit) -> None:
    given = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await read_form(request)).get("csrf_token")
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), visit.csrf_token.encode()):
        raise ForgedRequest


async def read_form(request: Request) -> FormData:
    """The fields and files of an HTML form."""
    try:
        form = await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES, max_part_size=_LONGEST_FIELD)
        for name, value in form.multi_items():
            _ensure_text(name)
            _ensure_text(value if isinstance(value, str) else (value.filename or "").replace("\x00", ""))
    except UnicodeError as error:
        raise BadRequest("提交的文字里有无法识别的字符，请检查后重新填写。") from error
    return form


def _ensure_text(text: str) -> None:
    """Raise for what a database cannot keep: NUL, and half characters that odd charsets bring."""
    if "\x00" in text:
        raise UnicodeError
    text.encode()


def keep_session(response: Response, site: Site, opened: OpenedSession) -> None:
    """Hand the session cookie to the browser."""
    response.set_cookie(
        COOKIE,
        opened.token,
        expires=opened.expires_at if not site.settings.demo else None,
        path="/",
        httponly=True,
        samesite="lax",
        secure=site.settings.secure_cookie,
    )


def forget_session(response: Response, site: Site) -> None:
    """Take the session cookie back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=site.settings.secure_cookie)


SiteOf = Annotated[Site, Depends(site_of)]
VisitOf = Annotated[Visit, Depends(visitor)]
FormOf = Annotated[FormData, Depends(read_form)]
