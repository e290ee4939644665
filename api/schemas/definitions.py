"""Definitions and deployments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Shown


class StartShown(Shown):
    """What starts a process by itself."""

    element_id: str
    kind: str = Field(description="timer、message、signal 或 conditional")
    name: str = Field(description="消息或信号的名称")
    due_at: datetime | None = Field(description="定时：下一次发起的时刻")


class DefinitionShown(Shown):
    """One version of a process."""

    id: str
    key: str
    version: int
    name: str
    deployed_at: datetime
    deployed_by_name: str
    note: str
    running: int = Field(description="在办办件数")
    starts: list[StartShown] = Field(description="由什么自动发起；只有最新版会自动发起")


class Deployed(Shown):
    """The process version that is newest after a deployment."""

    key: str
    version: int
    url: str
    problems: list[dict[str, Any]] = Field(description="部署时的提醒")
    unchanged: bool = Field(default=False, description="内容与最新版本相同，没有产生新版本")


class DeploymentShown(Shown):
    """Everything a deployment of several files made."""

    definitions: list[Deployed]
    resources: list[str]


class Findings(Shown):
    """What the lint found."""

    problems: list[dict[str, Any]]


class DraftSaved(Findings):
    """A draft was kept."""

    key: str


class ChangeShown(Shown):
    """What an import did to an element, or what it leaves to the designer."""

    element_id: str | None
    line: int | None = Field(description="原文件里的行号")
    kind: str = Field(description="translated 已翻译，dropped 已去掉，kept 原样保留，needs-work 需要处理")
    code: str
    message: str


class DraftImported(DraftSaved):
    """Another tool's model was kept as a draft."""

    changes: list[ChangeShown]


class DecisionDeployed(Shown):
    """A decision table was deployed."""

    key: str
    version: int
    url: str


class Choice(Shown):
    """A key and what it is called."""

    key: str
    name: str


class ParameterShown(Shown):
    """One input of a connector."""

    name: str
    help: str
    required: bool


class ConnectorChoice(Choice):
    """A connector and what it takes, where it says so."""

    parameters: list[ParameterShown] = Field(default_factory=list)


class Catalogue(Shown):
    """What a diagram may refer to."""

    forms: list[Choice]
    roles: list[Choice]
    decisions: list[Choice]
    connectors: list[ConnectorChoice]
    processes: list[Choice]
