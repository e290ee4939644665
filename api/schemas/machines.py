"""Machine accounts and their tokens."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.common import Received, Shown, Text


class NewMachine(Received):
    """Another system to be known."""

    login: Text = Field(description="账号：2 到 59 位小写字母、数字、点、横线或下划线")
    name: Text = Field(description="外部系统的名称，会写在办理过程里")
    unit_code: Text = Field(description="12 位区划代码；只能办理这个辖区的外部调用")


class NewToken(Received):
    """A secret to be made."""

    note: Text = Field(description="用途，例如放在哪台服务器上")
    days: int = Field(default=365, ge=1, le=731, description="有效天数")


class IssuedToken(Shown):
    """A new token; the secret is shown this once."""

    id: str
    token: str = Field(description="只显示这一次，请妥善保存")
    expires_at: datetime


class TokenShown(Shown):
    """A token without its secret."""

    id: str
    note: str
    issued_at: datetime
    issued_by_name: str
    expires_at: datetime
    revoked_at: datetime | None


class MachineShown(Shown):
    """A machine account."""

    id: str
    login: str
    name: str
    unit_code: str
    unit_name: str
    tokens: list[TokenShown]
