"""Log in, ask who one is, log out."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.dependencies import SiteOf, Visit, VisitOf, ensure_same_site, forget_session, keep_session, visit_of
from api.errors import Unauthenticated
from api.schemas.session import Credentials, PositionShown, SessionShown
from engine.commands import SYSTEM, LogIn, LogInAs, LogOut
from engine.offices.roles import ROLES

router = APIRouter(prefix="/session", tags=["会话 session"])


@router.post("", status_code=201, summary="登录 Log in", dependencies=[Depends(ensure_same_site)])
def log_in(credentials: Credentials, site: SiteOf, response: Response) -> SessionShown:
    """会话 Cookie 随答复设置。"""
    if credentials.person_id:
        opened = site.engine.execute(LogInAs(actor=SYSTEM, person_id=credentials.person_id))
    else:
        answer = site.engine.execute(LogIn(actor=SYSTEM, login=credentials.login, password=credentials.password))
        if answer is None:
            raise Unauthenticated("账号或密码不正确，请重新输入。")
        opened = answer
    keep_session(response, site, opened)
    visit = visit_of(site, opened.token)
    if visit is None:
        raise Unauthenticated
    return _shown(visit)


@router.get("", summary="我是谁 Who am I")
def read_session(visit: VisitOf) -> SessionShown:
    """也用来取得 CSRF 令牌。"""
    return _shown(visit)


@router.delete("", status_code=204, summary="退出 Log out")
def log_out(visit: VisitOf, response: Response) -> None:
    """会话立即失效。"""
    visit.engine.execute(LogOut(actor=visit.actor, token=visit.token))
    forget_session(response, visit.site)


def _shown(visit: Visit) -> SessionShown:
    viewer = visit.viewer
    return SessionShown(
        person_id=viewer.person_id,
        name=viewer.name,
        positions=[
            PositionShown(
                role=held.role,
                role_name=ROLES[held.role].name if held.role in ROLES else held.role,
                unit_code=held.unit_code,
                unit_name=held.unit_name,
            )
            for held in viewer.positions
        ],
        acts_for=[person.person_id for person in viewer.principals],
        csrf_token=visit.csrf_token,
    )
