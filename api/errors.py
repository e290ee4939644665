"""From refusal to HTTP: one table of statuses, and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagram import DiagramRefused, Problem
from engine.documents import DocumentRefused
from engine.errors import AnlanError, Conflict, FieldProblem, Forbidden, Invalid, NotFound, Refused
from engine.store.outages import Outage


class Unauthenticated(AnlanError):
    """请先登录，或登录已经过期，请重新登录。"""

    code = "unauthenticated"


class ForgedRequest(Forbidden):
    """页面已经过期，这次提交没有被受理。请返回并刷新页面后再试。"""

    code = "csrf"


class BadRequest(AnlanError):
    """提交的内容无法识别。"""

    code = "bad-request"


class Unavailable(AnlanError):
    """系统正忙，请稍后再试。"""

    code = "busy"

    @classmethod
    def by(cls, outage: Outage) -> Unavailable:
        """What people read, who can do nothing about it but come back."""
        error = cls(_OUTAGES[outage])
        error.code = outage.value
        return error


_OUTAGES: Mapping[Outage, str] = {
    Outage.DISK_FULL: "服务器的磁盘已满，这次没有办成，也没有改动任何内容。请告诉系统管理员，稍后再试。",
    Outage.READ_ONLY: "服务器的存储现在不能写入，这次没有办成，也没有改动任何内容。请告诉系统管理员，稍后再试。",
    Outage.UNREACHABLE: "数据库没有应答，不能确定这次是否办成。请稍后刷新页面查看，没有办成再办一次。",
    Outage.BUSY: "系统正忙，请稍后再试。",
    Outage.DAMAGED: "系统的数据库出了故障，现在不能办理。请告诉系统管理员。",
}


#: the first match in a class's line of ancestors counts
STATUS: Mapping[type[AnlanError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    DiagramRefused: 422,
    DocumentRefused: 422,
    Refused: 409,
    Invalid: 422,
    BadRequest: 400,
    Unavailable: 503,
    AnlanError: 400,
}

_TITLES: Mapping[int, str] = {
    400: "提交的内容无法识别",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种操作",
    409: "现在不能这样办理",
    413: "提交的内容太大",
    415: "不支持这种内容",
    422: "内容有误",
    500: "系统出错了",
    503: "系统暂时不能办理",
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What is said about a request that was not carried out."""

    status: int
    code: str
    detail: str
    problems: list[Mapping[str, Any]] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """A few words for the head of a page."""
        return _TITLES.get(self.status, "没有完成")

    def document(self) -> dict[str, Any]:
        """As problem+json (RFC 9457)."""
        body = {"type": f"urn:anlan:problem:{self.code}", "title": self.title, "status": self.status}
        extra = {"problems": self.problems} if self.problems else {}
        return {**self.facts, **body, "detail": self.detail, **extra}


def status_of(error: AnlanError) -> int:
    """The HTTP status of an error."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def refusal_of(error: AnlanError) -> Refusal:
    """An error of the engine or of the forms, as it is told."""
    return Refusal(
        status=status_of(error),
        code=error.code,
        detail=error.message,
        problems=_problems(error),
        facts={key: value for key, value in error.facts.items() if isinstance(value, str | int | list | type(None))},
    )


def _problems(error: AnlanError) -> list[Mapping[str, Any]]:
    if isinstance(error, DiagramRefused):
        return [problem_document(problem) for problem in error.problems]
    if isinstance(error, Invalid):
        return [_field_document(problem) for problem in error.problems]
    return []


def _field_document(problem: FieldProblem) -> Mapping[str, Any]:
    """What is wrong with a field; in a file it has the same facts as a finding of the lint."""
    told = {"path": problem.path, "message": problem.message}
    if problem.line is None:
        return told
    place = {"element_id": problem.element_id or None, "line": problem.line}
    return {**told, "severity": "error", "code": "decision", **place}


def problem_document(problem: Problem) -> Mapping[str, Any]:
    """A finding of the lint, for programs."""
    return {
        "severity": str(problem.severity),
        "element_id": problem.element_id,
        "line": problem.line,
        "code": problem.code,
        "message": problem.message,
    }
