"""From refusal to HTTP: one table of statuses, one form for programs, one page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.security import protect
from engine.diagram import DiagramRefused, Problem
from engine.documents import DocumentRefused
from engine.errors import AnlanError, Conflict, Forbidden, Invalid, NotFound, Refused

_LOG = logging.getLogger(__name__)


class Unauthenticated(AnlanError):
    """请先登录，或登录已经过期，请重新登录。"""

    code = "unauthenticated"


class ForgedRequest(Forbidden):
    """页面已经过期，这次提交没有被受理。请返回并刷新页面后再试。"""

    code = "csrf"


class BadRequest(AnlanError):
    """提交的内容无法识别。"""

    code = "bad-request"


class Busy(AnlanError):
    """系统正忙，请稍后再试。"""

    code = "busy"


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
    Busy: 503,
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
    503: "系统正忙",
}

_SENTENCES: Mapping[int, str] = {
    400: "提交的内容无法识别，请返回刷新页面后再试。",
    404: "没有这个页面。地址可能输错了，或者内容已被删除。",
    405: "这个地址不支持这种操作。",
    500: "系统出错了，您的操作没有完成，也没有改动任何内容。请稍后再试；如果一直这样，请联系系统管理员。",
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
        return [{"path": problem.path, "message": problem.message} for problem in error.problems]
    return []


def problem_document(problem: Problem) -> Mapping[str, Any]:
    """A finding of the lint, for programs."""
    return {
        "severity": str(problem.severity),
        "element_id": problem.element_id,
        "line": problem.line,
        "code": problem.code,
        "message": problem.message,
    }


def install(app: FastAPI) -> None:
    """Let every error end in one of the two forms."""
    app.add_exception_handler(AnlanError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(OperationalError, _on_busy)
    app.add_exception_handler(Exception, _on_fault)


def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnlanError)
    if isinstance(error, Unauthenticated) and request.method == "GET" and not wants_json(request):
        return RedirectResponse(f"/login?next={quote(_local(request))}", status_code=303)
    return answer(request, refusal_of(error))


def _local(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [{"path": _path(item["loc"]), "message": _sentence(item)} for item in error.errors()]
    said = "；".join(f"{problem['path']}：{problem['message']}" for problem in problems[:5])
    refusal = Refusal(status=422, code="invalid-request", detail=f"请求的内容有误。{said}", problems=list(problems))
    return answer(request, refusal)


def _path(location: tuple[Any, ...]) -> str:
    return ".".join(_printable(part) for part in location[1:]) or _printable(location[0])


def _printable(part: object) -> str:
    return str(part)[:60].encode("utf-8", "replace").decode("utf-8")


#: pydantic's kinds of error, in our users' language
_KINDS: Mapping[str, str] = {
    "missing": "缺少这一项",
    "json_invalid": "不是合法的 JSON",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "date_from_datetime_parsing": "应为日期，例如 2026-03-02",
    "date_parsing": "应为日期，例如 2026-03-02",
    "dict_type": "应为对象",
    "model_attributes_type": "应为 JSON 对象",
}


def _sentence(item: Mapping[str, Any]) -> str:
    return _KINDS.get(str(item["type"]), "不符合要求")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in error.detail)
    detail = error.detail if chinese else _SENTENCES.get(error.status_code, "请求没有完成，请稍后再试。")
    refusal = Refusal(status=error.status_code, code=f"http-{error.status_code}", detail=detail)
    response = answer(request, refusal)
    response.headers.update(error.headers or {})
    return response


def _on_busy(request: Request, error: Exception) -> Response:
    _LOG.error("the database did not answer", exc_info=error)
    return answer(request, refusal_of(Busy()))


def _on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours. The server logs it after this; here it only gets a decent answer."""
    response = answer(request, Refusal(status=500, code="fault", detail=_SENTENCES[500]))
    protect(response.headers, request.url.path)
    return response


def wants_json(request: Request) -> bool:
    """Programs and scripts read problem+json, people a page."""
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accepted and "html" not in accepted)


def answer(request: Request, refusal: Refusal) -> Response:
    """A refusal as its reader expects it."""
    if wants_json(request):
        return JSONResponse(refusal.document(), refusal.status, media_type="application/problem+json")
    from api.pages.frame import refusal_page

    return refusal_page(request, refusal)
