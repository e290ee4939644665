"""Logging in."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import Received, Shown, Text


class Credentials(Received):
    """账号和密码；演示环境也可以只给人员 id。"""

    login: Text = ""
    password: Text = ""
    person_id: Text | None = Field(default=None, description="演示环境：不用密码，直接以这位人员登录")


class PositionShown(Shown):
    """A role held in a unit."""

    role: str
    role_name: str
    unit_code: str
    unit_name: str


class SessionShown(Shown):
    """Who is logged in."""

    person_id: str
    name: str
    positions: list[PositionShown]
    acts_for: list[str] = Field(description="今天可以代为办理的人员 id")
    csrf_token: str = Field(description="之后每个会改动内容的请求都要放在 X-CSRF-Token 请求头里")
